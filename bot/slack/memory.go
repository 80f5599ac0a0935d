package slack

import (
	"sync"
	"time"
)

// memory keeps what a call told of something, by its id, since calls are
// counted and what they tell seldom changes.
type memory[T any] struct {
	now func() time.Time

	mu    sync.Mutex
	facts map[string]fact[T]
}

type fact[T any] struct {
	value T
	until time.Time
}

const (
	factLife    = 24 * time.Hour
	failureLife = 5 * time.Minute // after a failed look-up
	maxFacts    = 50_000
)

func newMemory[T any](now func() time.Time) *memory[T] {
	return &memory[T]{now: now, facts: map[string]fact[T]{}}
}

// get is what is known; ok is false for what is too old, or was never told.
func (m *memory[T]) get(id string) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.facts[id]
	return f.value, ok && f.until.After(m.now())
}

func (m *memory[T]) put(id string, value T, life time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.facts) >= maxFacts {
		m.facts = map[string]fact[T]{}
	}
	m.facts[id] = fact[T]{value, m.now().Add(life)}
}

func (m *memory[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.facts = map[string]fact[T]{}
}
