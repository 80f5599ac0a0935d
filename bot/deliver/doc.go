// Package deliver brings each part of an edition to its destination once.
//
// What comes in is the number of a delivery, the ledger row that says what is
// to be posted where; what goes out is the row in its next state. The rule is
// that the ledger speaks first: a row is marked "sending", with the time,
// before the platform is asked to post, and what became of it is written down
// after. Whatever happens in between, a crash included, the row tells that
// the post may be visible, and it is looked for before anything is posted
// again.
//
// What is surely unsent is retried with full jitter (the AWS Architecture
// Blog's "Exponential Backoff And Jitter" shows why full). What may be
// visible is reconciled: sent again only where the platform shows the same
// key once, looked up where it can be, and otherwise left "unknown", of which
// the operator is told. What is refused for good fails, and where no post can
// work any more, the subscription is suspended and its owner told once.
//
// A process may be frozen between claim and request, by SIGSTOP or with its
// whole machine, while another takes up what looks interrupted. So each
// request passes a fence (bot.WithFence), at the start and again when its
// connection is there, the instant before its first byte is written: it is
// kept back once the attempt is over, by the wall clock or by one that nobody
// sets, and, when more than two seconds have passed since the ledger was
// asked, unless the ledger still has this very attempt as sending. What
// remains is a freeze that falls into the microseconds between that question
// and the kernel's send, and that is longer than the attempt's limit and the
// clocks' skew. No check can close it, since what is checked can change after
// the check and before the send; only the receiver could, by a key of
// idempotency. Discord has one, the nonce; Slack has none, so there such a post
// may be seen twice.
//
// Parts of one edition go in their order, so that a digest is never read from
// its middle; one destination's failure touches no other.
package deliver
