// Package schedule makes things happen when they should: digests at their
// times, deliveries as soon as they are due, sources when they may have news,
// old rows away.
//
// A minute tick selects the subscriptions whose next run has come, oldest
// first. For each it builds one edition, renders it for its platform, and
// writes edition, deliveries, their jobs and the next run in one transaction;
// the ledger in package store is the truth. River (riverqueue/river) only
// wakes workers: it runs on both databases with one code base on *sql.Tx,
// elects who ticks among several processes, and takes jobs inside our
// transactions, which no cron or in-memory queue does. A sweep finds due rows
// without a live job, so that a fault of the queue can delay but not lose.
//
// Several workers on one database share what the platforms let through (Crew),
// and what one of them alone does, another takes over when it dies (Holder).
// Alerts and updates that were decided before quiet hours are not posted in
// them (Hours). What no post can mend stops a subscription, and its owner is
// told by an edition of its own (Troubles).
//
// Schedules are read by robfig/cron/v3, the parser that Go programs share,
// and evaluated on the wall clock by Plan.
package schedule
