package ingest_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// memory is a store that is a few maps. It fails where it is told to.
type memory struct {
	mu       sync.Mutex
	ids      map[string]int64 // by identity
	entries  map[int64]digest.Entry
	groups   map[int64]digest.Grouping
	stories  map[int64]digest.Story
	sources  map[string]digest.Source
	fail     map[string]int // method -> calls until it fails; absent: never
	lastAdds []digest.Added
}

func newMemory() *memory {
	return &memory{
		ids: map[string]int64{}, entries: map[int64]digest.Entry{}, groups: map[int64]digest.Grouping{}, stories: map[int64]digest.Story{},
		sources: map[string]digest.Source{}, fail: map[string]int{},
	}
}

var errDisk = errors.New("the disk is full")

func (m *memory) begin(method string) (func(), error) {
	m.mu.Lock()
	if left, ok := m.fail[method]; ok {
		if left == 0 {
			m.mu.Unlock()
			return nil, errDisk
		}
		m.fail[method]--
	}
	return m.mu.Unlock, nil
}

func (m *memory) AddArticles(_ context.Context, entries []digest.Entry) ([]digest.Added, error) {
	end, err := m.begin("AddArticles")
	if err != nil {
		return nil, err
	}
	defer end()
	out := make([]digest.Added, len(entries))
	for i, e := range entries {
		id, known := m.ids[e.Identity()]
		if !known {
			id = int64(len(m.ids) + 1)
			m.ids[e.Identity()] = id
		}
		old := m.entries[id]
		out[i] = digest.Added{ID: id, New: !known, Revised: known && (old.Title != e.Title || old.Body != e.Body)}
		if !known || out[i].Revised {
			e.ID = id
			if known {
				e.Stored = old.Stored
			}
			m.entries[id] = e
		}
	}
	m.lastAdds = out
	return out, nil
}

func (m *memory) Articles(_ context.Context, ids []int64) ([]digest.Article, error) {
	end, err := m.begin("Articles")
	if err != nil {
		return nil, err
	}
	defer end()
	var out []digest.Article
	for _, id := range ids {
		if e, ok := m.entries[id]; ok {
			out = append(out, m.article(e))
		}
	}
	return out, nil
}

func (m *memory) article(e digest.Entry) digest.Article {
	a := e.Article
	a.StoryID = m.groups[a.ID].StoryID
	return a
}

func (m *memory) live(e digest.Entry) digest.LiveArticle {
	return digest.LiveArticle{ID: e.ID, StoryID: m.groups[e.ID].StoryID, Source: e.Source, Time: e.Time(), Title: e.Title, Features: e.Features}
}

func (m *memory) Ungrouped(_ context.Context, limit int) ([]digest.LiveArticle, error) {
	end, err := m.begin("Ungrouped")
	if err != nil {
		return nil, err
	}
	defer end()
	var out []digest.LiveArticle
	for _, id := range slices.Sorted(maps.Keys(m.entries)) {
		if m.groups[id].StoryID == 0 && len(out) < limit {
			out = append(out, m.live(m.entries[id]))
		}
	}
	return out, nil
}

func (m *memory) Live(_ context.Context, since time.Time, fn func(digest.LiveArticle) error) error {
	end, err := m.begin("Live")
	if err != nil {
		return err
	}
	var all []digest.LiveArticle
	for _, id := range slices.Sorted(maps.Keys(m.entries)) {
		if e := m.entries[id]; m.groups[id].StoryID != 0 && !e.Time().Before(since) {
			all = append(all, m.live(e))
		}
	}
	end()
	for _, a := range all {
		if err := fn(a); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) StoryArticles(_ context.Context, ids []int64) (map[int64][]digest.Article, error) {
	end, err := m.begin("StoryArticles")
	if err != nil {
		return nil, err
	}
	defer end()
	out := map[int64][]digest.Article{}
	for _, id := range slices.Sorted(maps.Keys(m.entries)) {
		if s := m.groups[id].StoryID; s != 0 && slices.Contains(ids, s) {
			out[s] = append(out[s], m.article(m.entries[id]))
		}
	}
	return out, nil
}

func (m *memory) SaveGroups(_ context.Context, groups []digest.Grouping) error {
	end, err := m.begin("SaveGroups")
	if err != nil {
		return err
	}
	defer end()
	for _, g := range groups {
		m.groups[g.ArticleID] = g
	}
	return nil
}

func (m *memory) SaveStories(_ context.Context, stories []digest.Story) error {
	end, err := m.begin("SaveStories")
	if err != nil {
		return err
	}
	defer end()
	for _, s := range stories {
		if s.Articles == 0 {
			delete(m.stories, s.ID)
			continue
		}
		m.stories[s.ID] = s
	}
	return nil
}

func (m *memory) Source(_ context.Context, name string) (digest.Source, error) {
	end, err := m.begin("Source")
	if err != nil {
		return digest.Source{}, err
	}
	defer end()
	s, ok := m.sources[name]
	if !ok {
		return s, digest.Errorf(digest.NotFound, "no source %s", name)
	}
	return s, nil
}

// homeTagger says that an article is about the home of its source.
type homeTagger struct{}

func (homeTagger) Tag(_ *text.Document, h tag.Hint) (countries, topics []digest.Tag) {
	if h.Country != "" {
		countries = []digest.Tag{{Slug: h.Country, Weight: 0.9}}
	}
	for _, t := range h.Topics {
		topics = append(topics, digest.Tag{Slug: t, Weight: 0.6})
	}
	return countries, topics
}

// firstWord is a grouper that puts articles of one first word into one story,
// and lets the word "merge:a:b" make one story of two.
type firstWord struct {
	mu      sync.Mutex
	stories map[string]int64 // word -> story
	members map[int64][]int64
	loads   int
}

func newFirstWord() *firstWord {
	return &firstWord{stories: map[string]int64{}, members: map[int64][]int64{}}
}

func (g *firstWord) Load(a digest.LiveArticle) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.loads++
	g.stories[first(a.Title)] = a.StoryID
	if !slices.Contains(g.members[a.StoryID], a.ID) {
		g.members[a.StoryID] = append(g.members[a.StoryID], a.ID)
	}
}

func (g *firstWord) Add(a *digest.Article, _ []byte) story.Outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	word := first(a.Title)
	id, ok := g.stories[word]
	if !ok {
		id = a.ID
		g.stories[word] = id
	}
	if !slices.Contains(g.members[id], a.ID) {
		g.members[id] = append(g.members[id], a.ID)
	}
	out := story.Outcome{Grouping: digest.Grouping{ArticleID: a.ID, StoryID: id, Join: digest.Join{StoryID: id}}, Changed: []int64{id}}
	if into, from := g.stories["into"], g.stories["from"]; word == "merge" && into != from {
		for _, m := range g.members[from] {
			out.Moved = append(out.Moved, digest.Grouping{ArticleID: m, StoryID: into, Join: digest.Join{StoryID: into}})
		}
		g.members[into] = append(g.members[into], g.members[from]...)
		delete(g.members, from)
		g.stories["from"] = into
		out.Merged = append(out.Merged, story.Merge{From: from, Into: into})
		out.Changed = append(out.Changed, into)
	}
	return out
}

func (g *firstWord) Forget(before time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if before.Year() > 2500 {
		clear(g.stories)
		clear(g.members)
	}
}

func first(title string) string {
	for i, r := range title {
		if r == ' ' {
			return title[:i]
		}
	}
	return title
}
