package bot

import "time"

// Sharer is a Platform whose budget of requests several processes share: the
// platform counts what a bot sends, and not what sends it.
type Sharer interface {
	// Share has this process take one of n equal shares of the budget, from now
	// on; below 1 is 1.
	Share(n int)
	// Heed has this process keep to pauses that another was asked for, in the
	// words in which the platform told them.
	Heed(pauses map[string]time.Time)
}
