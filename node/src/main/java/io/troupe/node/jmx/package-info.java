/**
 * What an administrator sees and does over JMX. Each {@code *MXBean} is the documented interface of
 * one bean, the {@code *Bean} beside it asks the actors or reads what this node has in memory; a
 * call waits on the caller's thread, never on an actor's. {@link io.troupe.node.jmx.NodeBeans} has
 * the list. {@link io.troupe.node.jmx.RemoteAccess} lets clients in from elsewhere, if it is
 * switched on, {@link io.troupe.node.jmx.BeanClient} is the other side, for {@code ./troupe jmx}.
 */
package io.troupe.node.jmx;
