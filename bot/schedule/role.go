package schedule

import (
	"slices"

	"github.com/riverqueue/river"
)

// Role is a part of the work. Where several processes share a PostgreSQL
// database, each may take some.
type Role string

// The roles.
const (
	Worker  Role = "worker"  // builds digests at their times, looks for alerts, posts, cleans up
	Fetch   Role = "fetch"   // reads the sources
	Gateway Role = "gateway" // holds Discord's gateway and Slack's sockets, and answers what comes there
	Web     Role = "web"     // serves the page and the addresses that platforms call
)

// Roles are all of them, in the order in which they are told.
func Roles() []Role { return []Role{Worker, Fetch, Gateway, Web} }

// Has reports whether one is among some; none stands for all.
func Has(some []Role, one Role) bool { return len(some) == 0 || slices.Contains(some, one) }

// deliverers is how many posts are under way at once. Most of them wait: for an
// answer, or for some seconds for their platform's turn. While as many as one
// platform lets wait do so, there must be others left for the rest.
const deliverers = 160

// queues are those whose jobs this process does, and how many at once.
// Reading sources must not take the workers that deliver.
func (s *Scheduler) queues() map[string]river.QueueConfig {
	out := map[string]river.QueueConfig{}
	if Has(s.o.Roles, Worker) {
		out[deliverQueue] = river.QueueConfig{MaxWorkers: deliverers, FetchCooldown: fetchCooldown}
		out[upkeepQueue] = river.QueueConfig{MaxWorkers: 3, FetchCooldown: fetchCooldown}
	}
	if Has(s.o.Roles, Fetch) && s.o.Poll != nil {
		out[pollQueue] = river.QueueConfig{MaxWorkers: 1, FetchCooldown: fetchCooldown}
	}
	return out
}
