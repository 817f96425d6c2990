/**
 * The config drive: what a guest can read about itself without a network. {@link
 * io.troupe.drivers.configdrive.ConfigDriveFiles} writes OpenStack's metadata format, version
 * {@code latest}; {@link io.troupe.drivers.configdrive.ConfigDriveIso} puts the files on an ISO
 * 9660 disc labelled {@code config-2}, where cloud-init looks for them. Any driver that can show a
 * guest a disc can use it.
 */
package io.troupe.drivers.configdrive;
