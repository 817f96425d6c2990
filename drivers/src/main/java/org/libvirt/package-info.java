/**
 * Our small addition to libvirt-java: {@link org.libvirt.DomainCalls} and {@link
 * org.libvirt.RebootEvents} bind what the library leaves out. Nothing else of ours lives here.
 */
package org.libvirt;
