package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// cursor is how far Alerts came through the articles. IDs are given in order,
// but two programs that store at once need not commit in order, and an article
// is in no story when it is stored: those that were passed are looked for again.
type cursor struct {
	After int64           `json:"after"`
	Late  map[int64]int64 `json:"late,omitempty"` // passed: when that was, in seconds
}

const cursorKey = "alerts.cursor"

// Times of passing.
const (
	// groupWait is how long an article that has no story yet holds up those
	// after it: grouping follows storing at once.
	groupWait = 30 * time.Second
	// gapWait is how long an ID that is missing is looked for.
	gapWait = time.Minute
	// lateWait is how long an article that was passed may take to get a story.
	lateWait = time.Hour
	// maxGap is how many missing IDs in a row are looked for.
	maxGap = 1000
)

func (a *Alerts) readCursor(ctx context.Context) error {
	text, err := a.o.Store.Setting(ctx, cursorKey)
	if err != nil {
		return fmt.Errorf("read how far alerts came: %w", err)
	}
	a.cursor = cursor{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &a.cursor); err != nil {
			return fmt.Errorf("read how far alerts came: %w", err)
		}
		return nil
	}
	// The first start: what is there already alerts nobody.
	if a.cursor.After, err = a.o.Store.LastArticle(ctx); err != nil {
		return fmt.Errorf("find the latest article: %w", err)
	}
	return a.saveCursor(ctx)
}

func (a *Alerts) saveCursor(ctx context.Context) error {
	text, err := json.Marshal(a.cursor)
	if err == nil {
		err = a.o.Store.SetSetting(ctx, cursorKey, string(text))
	}
	return err
}

// alertBatch is how many articles are looked at before the cursor moves.
const alertBatch = 64

// next returns the articles that are to be looked at, and the cursor once they
// are.
func (a *Alerts) next(ctx context.Context) ([]digest.Article, cursor, error) {
	now := a.o.Now()
	after := cursor{After: a.cursor.After, Late: map[int64]int64{}}
	out, err := a.late(ctx, now, &after)
	if err != nil {
		return nil, after, err
	}
	fresh, err := a.o.Store.ArticlesAfter(ctx, a.cursor.After, alertBatch)
	if err != nil {
		return nil, after, err
	}
	for _, art := range fresh {
		if art.StoryID == 0 && now.Sub(art.Stored) < groupWait {
			break
		}
		for id := max(after.After+1, art.ID-maxGap); id < art.ID; id++ {
			after.Late[id] = now.Unix()
		}
		after.After = art.ID
		if art.StoryID == 0 {
			after.Late[art.ID] = now.Unix()
			continue
		}
		out = append(out, art)
	}
	return out, after, nil
}

// late looks again for what was passed.
func (a *Alerts) late(ctx context.Context, now time.Time, after *cursor) ([]digest.Article, error) {
	if len(a.cursor.Late) == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, len(a.cursor.Late))
	for id := range a.cursor.Late {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found, err := a.o.Store.Articles(ctx, ids)
	if err != nil {
		return nil, err
	}
	there := map[int64]bool{}
	var out []digest.Article
	for _, art := range found {
		if there[art.ID] = true; art.StoryID != 0 {
			out = append(out, art)
		}
	}
	for _, id := range ids {
		since := now.Sub(time.Unix(a.cursor.Late[id], 0))
		grouped := slices.ContainsFunc(out, func(art digest.Article) bool { return art.ID == id })
		if !grouped && (since < gapWait || there[id] && since < lateWait) {
			after.Late[id] = a.cursor.Late[id]
		}
	}
	return out, nil
}

// newsroom remembers of articles what judging needs.
type newsroom struct {
	rooms   map[string]string // newsroom of a source, where it shares one
	roomsAt time.Time
	since   map[string]time.Time // when a source's first article was seen
	young   map[int64]remembered
	old     map[int64]remembered
}

// remembered is an article whose text is let go.
type remembered struct {
	print alert.Print
	big   []int64 // alerts that want a big story and that it matches
}

func newNewsroom() newsroom {
	return newsroom{since: map[string]time.Time{}, young: map[int64]remembered{}}
}

// maxRemembered is how many articles one of the two generations holds.
const maxRemembered = 100_000

func (n *newsroom) get(id int64) (remembered, bool) {
	r, ok := n.young[id]
	if !ok {
		if r, ok = n.old[id]; ok {
			n.put(r)
		}
	}
	return r, ok
}

func (n *newsroom) put(r remembered) {
	if len(n.young) >= maxRemembered {
		n.young, n.old = make(map[int64]remembered, maxRemembered), n.young
	}
	n.young[r.print.ArticleID] = r
}

// remember takes over an article and returns the alerts that it matches.
func (a *Alerts) remember(art *digest.Article) []int64 {
	matched := a.choices.index.Match(art)
	matched = slices.DeleteFunc(matched, func(id int64) bool {
		w := a.choices.active[id]
		return w == nil || art.Stored.Before(w.sub.Created)
	})
	r := remembered{print: alert.NewPrint(art, a.news.rooms[art.Source])}
	for _, id := range matched {
		if a.choices.active[id].sub.Rules.Big > 1 {
			r.big = append(r.big, id)
		}
	}
	a.news.put(r)
	return matched
}

// roomsEvery is how often the newsrooms of sources are read.
const roomsEvery = time.Minute

func (a *Alerts) readRooms(ctx context.Context) error {
	now := a.o.Now()
	if a.news.rooms != nil && now.Sub(a.news.roomsAt) < roomsEvery && !now.Before(a.news.roomsAt) {
		return nil
	}
	sources, err := a.o.Store.Sources(ctx)
	if err != nil {
		return err
	}
	a.news.rooms, a.news.roomsAt = map[string]string{}, now
	for _, s := range sources {
		a.news.rooms[s.Name] = s.Group
	}
	return nil
}

// sourceSince is when a source's first article was seen.
func (a *Alerts) sourceSince(ctx context.Context, name string) (time.Time, error) {
	if t, ok := a.news.since[name]; ok {
		return t, nil
	}
	t, err := a.o.Store.SourceSince(ctx, name)
	if err == nil {
		a.news.since[name] = t
	}
	return t, err
}

// event is a story as it stands now, with what is known of it.
type event struct {
	story alert.Story
	row   digest.Story
	told  map[string]digest.Alerted // by destination; of all stories that became this one the most
	held  map[string][]digest.Held  // by destination
	big   []int64                   // alerts for big stories that an article of it matches
}

// events reads the stories of IDs as they are now.
func (a *Alerts) events(ctx context.Context, ids []int64) (map[int64]*event, error) {
	members, err := a.o.Store.Members(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows, err := a.o.Store.Stories(ctx, ids)
	if err != nil {
		return nil, err
	}
	var unknown, all []int64
	for _, list := range members {
		all = append(all, list...)
		for _, id := range list {
			if _, ok := a.news.get(id); !ok {
				unknown = append(unknown, id)
			}
		}
	}
	if err := a.rememberAll(ctx, unknown); err != nil {
		return nil, err
	}
	out := make(map[int64]*event, len(rows))
	owner := map[int64]int64{}
	for _, row := range rows {
		e := &event{row: row, told: map[string]digest.Alerted{}, held: map[string][]digest.Held{}}
		e.story = alert.Story{ID: row.ID, Countries: digest.Firm(row.Countries), Topics: digest.Firm(row.Topics)}
		owner[row.ID] = row.ID
		for _, id := range members[row.ID] {
			owner[id] = row.ID
			if r, ok := a.news.get(id); ok {
				e.story.Prints = append(e.story.Prints, r.print)
				e.big = append(e.big, r.big...)
			}
		}
		slices.Sort(e.big)
		e.big = slices.Compact(e.big)
		out[row.ID] = e
	}
	return out, a.readLedger(ctx, out, owner, append(all, ids...))
}

// rememberAll reads articles that are not remembered, a few at a time: bodies
// are large.
func (a *Alerts) rememberAll(ctx context.Context, ids []int64) error {
	slices.Sort(ids)
	for batch := range slices.Chunk(slices.Compact(ids), 100) {
		articles, err := a.o.Store.Articles(ctx, batch)
		if err != nil {
			return err
		}
		for i := range articles {
			a.remember(&articles[i])
		}
	}
	return nil
}

// readLedger fills in what was told of stories, and what waits. A story that
// became part of another has its ID among that one's articles.
func (a *Alerts) readLedger(ctx context.Context, events map[int64]*event, owner map[int64]int64, ids []int64) error {
	told, err := a.o.Store.AlertedOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, t := range told {
		if e := events[owner[t.StoryID]]; e != nil {
			e.know(t)
		}
	}
	held, err := a.o.Store.HeldOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, h := range held {
		if e := events[owner[h.StoryID]]; e != nil {
			to := h.Destination.String()
			e.held[to] = append(e.held[to], h)
		}
	}
	return nil
}

// know takes over what a destination was told of the story, or of one that
// became a part of it.
func (e *event) know(t digest.Alerted) {
	to := t.Destination.String()
	was, ok := e.told[to]
	if !ok {
		e.told[to] = t
		return
	}
	last := was
	if t.At.After(was.At) {
		last = t
	}
	last.Sources = max(t.Sources, was.Sources)
	last.Times = max(t.Times, was.Times)
	last.Countries = slices.Compact(slices.Sorted(slices.Values(slices.Concat(t.Countries, was.Countries))))
	if alert.Level(t.Severity) > alert.Level(was.Severity) {
		last.Severity = t.Severity
	} else {
		last.Severity = was.Severity
	}
	e.told[to] = last
}
