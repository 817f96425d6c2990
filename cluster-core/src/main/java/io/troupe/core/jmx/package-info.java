/**
 * MBeans that explain themselves. An interface says with {@link io.troupe.core.jmx.Description}
 * what it and each of its attributes, operations and parameters stand for; {@link
 * io.troupe.core.jmx.DescribedMBean} shows that to any JMX client, and {@link
 * io.troupe.core.jmx.Beans} registers beans under {@code io.troupe:type=…} and takes them back.
 */
package io.troupe.core.jmx;
