package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// pageSize is how many stories an answer shows at once.
const pageSize = digest.DefaultLength

// MaxLimit is the most stories that can be asked for at once.
const MaxLimit = 25

func (h *Handler) brief(ctx context.Context, r bot.Request) (bot.Reply, error) {
	typed := cmp.Or(r.Fields["query"], r.Args)
	if since := r.Fields["since"]; since != "" {
		typed += " since " + since
	}
	if strings.TrimSpace(typed) == "" {
		return h.latest(ctx, r)
	}
	limit, err := limitOf(r.Fields["limit"])
	if err != nil {
		return bot.Reply{}, err
	}
	return h.answer(ctx, r, asked{Query: typed, Limit: limit, Now: r.Now})
}

func limitOf(field string) (int, error) {
	if field == "" {
		return pageSize, nil
	}
	n, err := strconv.Atoi(field)
	if err != nil || n < 1 || n > MaxLimit {
		return 0, digest.Errorf(digest.Invalid, "The number of stories must be from 1 to %d", MaxLimit)
	}
	return n, nil
}

// asked is what an answer is about; it is kept so that its buttons work later
// and turn the pages of the same list.
type asked struct {
	Query  string
	Limit  int
	Offset int
	Now    time.Time
}

func (a asked) args() map[string]string {
	return map[string]string{"limit": strconv.Itoa(a.Limit), "offset": strconv.Itoa(a.Offset), "now": a.Now.UTC().Format(time.RFC3339)}
}

func askedOf(a digest.Answer) asked {
	out := asked{Query: a.Query, Limit: pageSize, Now: a.Created}
	if n, err := strconv.Atoi(a.Args["limit"]); err == nil && n > 0 {
		out.Limit = n
	}
	if n, err := strconv.Atoi(a.Args["offset"]); err == nil && n > 0 {
		out.Offset = n
	}
	if t, err := time.Parse(time.RFC3339, a.Args["now"]); err == nil {
		out.Now = t
	}
	return out
}

func (h *Handler) find(ctx context.Context, a asked, p Page) (digest.Brief, error) {
	q, err := h.o.Reader.Read(a.Query, a.Now)
	if err != nil {
		return digest.Brief{}, err
	}
	p.Limit, p.Offset, p.Now = a.Limit, a.Offset, a.Now
	b, err := h.o.Briefs.Answer(ctx, q, p)
	b.Offset = a.Offset
	return b, err
}

func (h *Handler) answer(ctx context.Context, r bot.Request, a asked) (bot.Reply, error) {
	b, err := h.find(ctx, a, h.mine(ctx, r))
	if err != nil {
		return bot.Reply{}, err
	}
	v := h.view(ctx, r)
	m := bot.BriefMessage(b, v)
	id, err := h.remember(ctx, r, a)
	if err != nil {
		return bot.Reply{}, err
	}
	m.Actions = h.answerActions(r, b, id)
	return bot.Reply{Message: m}, nil
}

// remember keeps what an answer is about for its buttons.
func (h *Handler) remember(ctx context.Context, r bot.Request, a asked) (string, error) {
	id := answerID()
	err := h.o.Store.SaveAnswer(ctx, digest.Answer{ID: id, Person: r.Person, Place: r.Place, Query: a.Query, Args: a.args(), Created: r.Now})
	return id, err
}

func answerID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

func (h *Handler) answerActions(r bot.Request, b digest.Brief, id string) []bot.Action {
	w := h.words(r)
	var out []bot.Action
	if len(b.Stories) == 0 {
		for i, n := range b.Nearest {
			if i == 3 {
				break
			}
			out = append(out, bot.Action{ID: bot.ActionID("ask", n.Query), Label: clip(n.Query, 33)})
		}
		return out
	}
	if b.More > 0 {
		out = append(out, bot.Action{ID: bot.ActionID("more", id), Label: w.Say("More")})
	}
	if !b.Query.Empty() {
		out = append(out, bot.Action{ID: bot.ActionID("follow", id), Label: w.Say("Follow")}, bot.Action{ID: bot.ActionID("alertme", id), Label: w.Say("Alert me")})
	}
	if inChannel(r) {
		out = append(out, bot.Action{ID: bot.ActionID("share", id), Label: w.Say("Share to channel")})
	}
	return append(out, bot.Action{ID: bot.ActionID("why", id), Label: w.Say("Why these?")}, storyMenu(b, id, w))
}

// latest answers /brief alone: the latest stories for what this place, or
// this person, is subscribed to; else of everything.
func (h *Handler) latest(ctx context.Context, r bot.Request) (bot.Reply, error) {
	subs, err := h.subscriptionsHere(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	queries := distinctQueries(subs)
	if len(queries) < 2 {
		a := asked{Limit: pageSize, Now: r.Now}
		if len(queries) == 1 {
			a.Query = queries[0]
		}
		return h.answer(ctx, r, a)
	}
	return h.latestOf(ctx, r, queries)
}

// latestOf has a section for each of several subscriptions.
func (h *Handler) latestOf(ctx context.Context, r bot.Request, queries []string) (bot.Reply, error) {
	w, v := h.words(r), h.view(ctx, r)
	m := bot.Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone, Title: bot.Text{bot.B(w.Say("Latest stories"))}}
	seen, mine := map[int64]bool{}, h.mine(ctx, r)
	for _, query := range queries {
		section := bot.Section{Title: query}
		b, err := h.find(ctx, asked{Query: query, Limit: max(2, pageSize/len(queries)), Now: r.Now}, mine)
		if digest.CodeOf(err) == digest.Invalid { // one that cannot be read any more keeps nobody from the others
			what, todo := w.Error(err)
			section.Lines = []bot.Text{bot.T(what + " " + todo)}
			m.Sections = append(m.Sections, section)
			continue
		}
		if err != nil {
			return bot.Reply{}, err
		}
		for _, s := range bot.BriefMessage(b, v).Sections {
			for _, it := range s.Items {
				if !seen[it.StoryID] {
					section.Items = append(section.Items, it)
				}
				seen[it.StoryID] = true
			}
		}
		if len(b.Stories) == 0 {
			section.Lines = []bot.Text{bot.T(w.Say("Nothing new."))}
		}
		// What others above have told already is not told again.
		if len(section.Items)+len(section.Lines) > 0 {
			m.Sections = append(m.Sections, section)
		}
	}
	return bot.Reply{Message: m}, nil
}

const maxLatest = 5

func distinctQueries(subs []digest.Subscription) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range subs {
		if s.Query != "" && s.Kind != digest.FollowKind && !seen[s.Query] && len(out) < maxLatest {
			out = append(out, s.Query)
		}
		seen[s.Query] = true
	}
	return out
}

// pressAnswer serves the buttons under an answer.
func (h *Handler) pressAnswer(ctx context.Context, r bot.Request, verb, id string) (bot.Reply, error) {
	saved, err := h.o.Store.Answer(ctx, id)
	if err != nil {
		return bot.Reply{}, tooOld(err)
	}
	a := askedOf(saved)
	switch verb {
	case "more":
		a.Offset += a.Limit
		reply, err := h.answer(ctx, r, a)
		reply.Replace = true
		return reply, err
	case "follow":
		r.Command, r.Args, r.Action, r.Fields = "subscribe", "", "", map[string]string{"query": a.Query}
		return h.subscribe(ctx, r)
	case "alertme":
		r.Command, r.Args, r.Action, r.Fields = "alert", "", "", map[string]string{"query": a.Query}
		return h.alert(ctx, r)
	}
	return h.share(ctx, r, a)
}

func tooOld(err error) error {
	if digest.CodeOf(err) == digest.NotFound {
		return digest.Errorf(digest.NotFound, "This answer is too old for its buttons").WithHint("Ask again with /brief.")
	}
	return err
}

// share shows an answer to everyone in the place, in the place's language,
// with who asked.
func (h *Handler) share(ctx context.Context, r bot.Request, a asked) (bot.Reply, error) {
	b, err := h.find(ctx, a, Page{Profile: h.profileOf(ctx, r.Place), Lang: h.o.Lang})
	if err != nil {
		return bot.Reply{}, err
	}
	w := bot.WordsIn(h.o.Lang)
	v := bot.View{Lang: h.o.Lang, Zone: h.o.Zone, Now: r.Now, Page: h.o.Page}
	m := bot.BriefMessage(b, v)
	if r.Person.Name != "" {
		m.Footer = []bot.Text{bot.T(w.Say("Shared by %s.", r.Person.Name))}
	}
	id, err := h.remember(ctx, r, a)
	if err != nil {
		return bot.Reply{}, err
	}
	m.Actions = []bot.Action{{ID: bot.ActionID("follow", id), Label: w.Say("Follow")}, {ID: bot.ActionID("why", id), Label: w.Say("Why these?")}}
	return bot.Reply{Message: m, Public: true}, nil
}

// why tells of each story of an answer, or of a posted edition, why it was
// there.
func (h *Handler) why(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	if id, slot, ok := strings.Cut(strings.TrimPrefix(arg, "s"), "/"); ok {
		return h.whyEdition(ctx, r, id, slot)
	}
	saved, err := h.o.Store.Answer(ctx, arg)
	if err != nil {
		return bot.Reply{}, tooOld(err)
	}
	b, err := h.find(ctx, askedOf(saved), h.mine(ctx, r))
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: bot.WhyMessage(b, h.view(ctx, r))}, nil
}

func (h *Handler) whyEdition(ctx context.Context, r bot.Request, subID, slot string) (bot.Reply, error) {
	e, m, err := h.editionOf(ctx, r, subID, slot)
	if err != nil {
		return bot.Reply{}, err
	}
	out := whyOf(m, h.words(r))
	if len(m.Why) > 0 && len(e.Stories) == 1 {
		out.Actions = h.storyActions(ctx, r, e.Stories[0].StoryID, nil)
	}
	if menu := itemMenu(m, "s"+subID+"/"+slot, h.words(r)); len(menu.Options) > 0 {
		out.Actions = []bot.Action{menu}
	}
	return bot.Reply{Message: out}, nil
}

// editionOf is what was posted of a subscription at a slot, for those who may
// see it.
func (h *Handler) editionOf(ctx context.Context, r bot.Request, subID, slot string) (e digest.Edition, m bot.Message, err error) {
	id, err := strconv.ParseInt(subID, 10, 64)
	if err != nil {
		return e, m, digest.Errorf(digest.Invalid, "I don't know this button").WithHint("See /subscriptions.")
	}
	sub, err := h.o.Store.Subscription(ctx, id)
	switch {
	case digest.CodeOf(err) == digest.NotFound, err == nil && !h.maySee(r, sub):
		// Whether there is one is nobody else's business.
		return e, m, digest.Errorf(digest.Forbidden, "This digest is not for this place").WithHint("See /subscriptions.")
	case err != nil:
		return e, m, err
	}
	found, err := h.o.Store.Editions(ctx, digest.EditionFilter{SubscriptionID: id, Slot: slot, Limit: 1})
	if err != nil {
		return e, m, err
	}
	if len(found) == 0 || json.Unmarshal(found[0].Content, &m) != nil {
		return e, m, digest.Errorf(digest.NotFound, "This digest is no longer stored").WithHint("Ask again with /brief.")
	}
	return found[0], m, nil
}

// whyOf tells what brought each story of a message, or an alert as a whole.
func whyOf(m bot.Message, w bot.Words) bot.Message {
	out := bot.Message{Lang: w.Lang(), At: m.At, Zone: m.Zone, Title: bot.Text{bot.B(w.Say("Why these stories"))}}
	if len(m.Why) > 0 {
		out.Title = bot.Text{bot.B(w.Say("Why this alert"))}
		out.Sections = []bot.Section{becauseOf(m.Title, m.Why)}
	}
	for _, s := range m.Sections {
		for _, it := range s.Items {
			out.Sections = append(out.Sections, becauseOf(bot.Text{bot.B(it.Title)}, it.Why))
		}
	}
	return out
}

func becauseOf(what bot.Text, reasons []string) bot.Section {
	section := bot.Section{Lines: []bot.Text{what}}
	for _, why := range reasons {
		section.Lines = append(section.Lines, bot.T("– "+why))
	}
	return section
}
