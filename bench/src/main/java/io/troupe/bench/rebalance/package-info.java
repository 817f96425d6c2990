/** How long it takes to plan which guests to move. */
package io.troupe.bench.rebalance;
