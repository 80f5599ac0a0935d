package command

import (
	"context"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Bounds of mutes.
const (
	muteTime    = 7 * 24 * time.Hour // of a mute without a time
	maxMuteTime = 366 * 24 * time.Hour
	maxMutes    = 100 // of one person or channel
)

// muteVerb serves what is said of mutes.
func (h *Handler) muteVerb(ctx context.Context, r bot.Request, verb, arg string) (bot.Reply, error) {
	switch verb {
	case "mutes":
		_, where := cutWhere(arg)
		return h.mutes(ctx, r, where)
	case "unmute":
		return h.unmuteCommand(ctx, r, arg)
	}
	return h.muteCommand(ctx, r, arg)
}

// muteCommand serves "subscriptions mute source Xinhua 7d here".
func (h *Handler) muteCommand(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	arg, where := cutWhere(arg)
	if arg == "" {
		return h.mutes(ctx, r, where)
	}
	to, err := h.target(r, where)
	if err != nil {
		return bot.Reply{}, err
	}
	kind, value, _ := strings.Cut(arg, " ")
	value, span, err := cutSpan(value)
	if err != nil {
		return bot.Reply{}, err
	}
	m, err := h.muted(ctx, muteKinds[strings.ToLower(kind)], value, r.Now)
	if err != nil {
		return bot.Reply{}, err
	}
	m.Created = r.Now
	if span > 0 {
		m.Until = r.Now.Add(span)
	}
	return h.addMute(ctx, r, to, m)
}

// muteKinds are the words for the kinds of mute.
var muteKinds = map[string]digest.MuteKind{"story": digest.MuteStory, "source": digest.MuteSource, "topic": digest.MuteTopic, "country": digest.MuteCountry,
	"소식": digest.MuteStory, "매체": digest.MuteSource, "주제": digest.MuteTopic, "나라": digest.MuteCountry}

var spanWord = regexp.MustCompile(`(?i)^(\d{1,4})\s*(h|d|w|hours?|days?|weeks?|시간|일|주)$`)

// cutSpan takes "7d", "for 3 days" or "for good" off the end; 0 is for good.
func cutSpan(s string) (rest string, span time.Duration, err error) {
	words := strings.Fields(s)
	n := len(words)
	switch {
	case n > 0 && strings.EqualFold(words[n-1], "always"), n > 0 && words[n-1] == "계속", n > 1 && strings.EqualFold(strings.Join(words[n-2:], " "), "for good"):
		return forless(words[:n-1]), 0, nil
	case n > 1 && spanWord.MatchString(words[n-2]+words[n-1]):
		span, err = spanOf(words[n-2] + words[n-1])
		return forless(words[:n-2]), span, err
	case n > 0 && spanWord.MatchString(words[n-1]):
		span, err = spanOf(words[n-1])
		return forless(words[:n-1]), span, err
	}
	return strings.Join(words, " "), muteTime, nil
}

// forless drops the word "for" from the end.
func forless(words []string) string {
	if n := len(words); n > 0 && strings.EqualFold(words[n-1], "for") {
		words = words[:n-1]
	}
	return strings.Join(words, " ")
}

func spanOf(s string) (time.Duration, error) {
	found := spanWord.FindStringSubmatch(s)
	n, err := strconv.Atoi(found[1])
	unit := 24 * time.Hour
	switch strings.ToLower(found[2])[0] {
	case 'h':
		unit = time.Hour
	case 'w':
		unit = 7 * 24 * time.Hour
	}
	switch found[2] {
	case "시간":
		unit = time.Hour
	case "주":
		unit = 7 * 24 * time.Hour
	}
	d := time.Duration(n) * unit
	if err != nil || d <= 0 || d > maxMuteTime {
		return 0, digest.Errorf(digest.Invalid, "A mute lasts from an hour to a year").WithHint("For example: 7d, or for good.")
	}
	return d, nil
}

// muted finds what is to be muted by its name.
func (h *Handler) muted(ctx context.Context, kind digest.MuteKind, value string, now time.Time) (digest.Mute, error) {
	value = strings.Trim(value, `"“” `)
	if value == "" {
		return digest.Mute{}, muteUsage()
	}
	switch kind {
	case digest.MuteStory:
		st, err := h.story(ctx, strings.TrimPrefix(value, "#"))
		return digest.Mute{Kind: kind, Value: strconv.FormatInt(st.ID, 10), Label: clip(st.Title, 100)}, err
	case digest.MuteSource:
		name, err := h.sourceNamed(ctx, value)
		return digest.Mute{Kind: kind, Value: name, Label: name}, err
	case digest.MuteTopic, digest.MuteCountry:
		q, err := h.o.Reader.Read(value, now)
		if err != nil {
			return digest.Mute{}, err
		}
		found := q.Topics
		if kind == digest.MuteCountry {
			found = q.Countries
		}
		if len(found) != 1 {
			return digest.Mute{}, digest.Errorf(digest.NotFound, "I know no %s “%s”", digest.Term(kind), clip(value, 60)).WithHint("See what I read it as with /brief %s.", clip(value, 60))
		}
		return digest.Mute{Kind: kind, Value: found[0], Label: clip(value, 60)}, nil
	}
	return digest.Mute{}, muteUsage()
}

func muteUsage() error {
	return digest.Errorf(digest.Invalid, "Say what to mute: a story, source, topic or country").WithHint("For example: /subscriptions mute source Xinhua 7d")
}

// sourceNamed is a source's name as it is written, whatever its case.
func (h *Handler) sourceNamed(ctx context.Context, name string) (string, error) {
	all, err := h.o.Store.Sources(ctx)
	if err != nil {
		return "", err
	}
	near := ""
	for _, s := range all {
		if strings.EqualFold(s.Name, name) {
			return s.Name, nil
		}
		if strings.Contains(strings.ToLower(s.Name), strings.ToLower(name)) {
			near = s.Name
		}
	}
	known := digest.Errorf(digest.NotFound, "I read no source “%s”", clip(name, 60))
	if near != "" {
		return "", known.WithHint("Did you mean “%s”?", near)
	}
	return "", known.WithHint("See /sources.")
}

// addMute mutes, in place of an older mute of the same.
func (h *Handler) addMute(ctx context.Context, r bot.Request, to digest.Destination, m digest.Mute) (bot.Reply, error) {
	p, err := h.o.Store.Profile(ctx, to)
	if err != nil {
		return bot.Reply{}, err
	}
	p.Mutes = slices.DeleteFunc(activeMutes(p, r.Now), func(x digest.Mute) bool { return x.Kind == m.Kind && x.Value == m.Value })
	if len(p.Mutes) >= maxMutes {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "There are %d mutes, which is the most", maxMutes).WithHint("Take one back with /subscriptions mutes.")
	}
	p.Mutes = append(p.Mutes, m)
	if err := h.saveProfile(ctx, r, p, "mute"); err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	t := w.Text("Muted %s for you %s.", bot.B(m.Label), muteEnd(m, r, h.zone(ctx, r), w))
	if h.whose(to, r) == "here" {
		t = w.Text("Muted %s in this channel %s.", bot.B(m.Label), muteEnd(m, r, h.zone(ctx, r), w))
	}
	undo := bot.ActionID("unmute", h.whose(to, r)+"/"+muteID(m))
	return say(w, t, bot.Action{ID: undo, Label: w.Say("Undo")}), nil
}

// muteID names a mute in buttons: what is muted, and since when, so that an
// old Undo does not take a newer mute of the same back.
func muteID(m digest.Mute) string {
	sum := fnv.New64a()
	_, _ = fmt.Fprint(sum, m.Kind, "\x00", m.Value, "\x00", m.Created.UnixMicro())
	return strconv.FormatUint(sum.Sum64(), 36)
}

func muteEnd(m digest.Mute, r bot.Request, zone string, w bot.Words) string {
	if m.Until.IsZero() {
		return w.Say("for good")
	}
	return w.Say("until %s", w.Soon(m.Until.In(bot.Zone(zone)), r.Now))
}

func activeMutes(p digest.Profile, now time.Time) []digest.Mute {
	return slices.DeleteFunc(slices.Clone(p.Mutes), func(m digest.Mute) bool { return !m.Active(now) })
}

// mutes lists what is muted for the person, or with "here" in the channel.
func (h *Handler) mutes(ctx context.Context, r bot.Request, where string) (bot.Reply, error) {
	to, err := h.target(r, where)
	if err != nil {
		return bot.Reply{}, err
	}
	p, err := h.o.Store.Profile(ctx, to)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	list := activeMutes(p, r.Now)
	if len(list) == 0 {
		return say(w, w.Text("Nothing is muted. Try %s.", typed("subscriptions mute topic sport 7d"))), nil
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("%d muted", len(list)))}}
	section, zone := bot.Section{}, h.zone(ctx, r)
	var options []bot.Option
	for i, x := range list {
		section.Lines = append(section.Lines, bot.Text{bot.S(strconv.Itoa(i+1) + ". "), bot.B(x.Label), bot.S(" · " + w.Told(string(x.Kind)) + " · " + muteEnd(x, r, zone, w))})
		options = append(options, bot.Option{Label: clip(x.Label, 70), Value: muteID(x)})
	}
	m.Sections = []bot.Section{section}
	m.Actions = []bot.Action{{ID: bot.ActionID("unmute", h.whose(to, r)+"/"), Label: w.Say("Unmute one"), Options: options[:min(len(options), maxChoices)]}}
	return bot.Reply{Message: m}, nil
}

// unmuteCommand serves "subscriptions unmute 2" and "unmute Xinhua".
func (h *Handler) unmuteCommand(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	arg, where := cutWhere(arg)
	p, err := h.chosenAt(ctx, r, where)
	if err != nil {
		return bot.Reply{}, err
	}
	list := activeMutes(p, r.Now)
	number, _ := strconv.Atoi(strings.TrimPrefix(arg, "#"))
	for i, m := range list {
		if i+1 == number || strings.EqualFold(m.Label, arg) || strings.EqualFold(m.Value, arg) {
			return h.dropMute(ctx, r, p, m)
		}
	}
	return bot.Reply{}, digest.Errorf(digest.NotFound, "“%s” is not muted", clip(arg, 60)).WithHint("See /subscriptions mutes.")
}

// pressUnmute serves the list's menu, and Undo within its time.
func (h *Handler) pressUnmute(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	whose, id, _ := strings.Cut(arg, "/")
	undo := r.Value == ""
	if !undo {
		id = r.Value
	}
	p, err := h.chosenAt(ctx, r, whose)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, m := range activeMutes(p, r.Now) {
		if muteID(m) != id {
			continue
		}
		if undo && r.Now.Sub(m.Created) > undoTime {
			return bot.Reply{}, digest.Errorf(digest.NotFound, "It is too late to undo that").WithHint("Take it back with /subscriptions mutes.")
		}
		return h.dropMute(ctx, r, p, m)
	}
	return bot.Reply{}, digest.Errorf(digest.NotFound, "That is not muted any more").WithHint("See /subscriptions mutes.")
}

func (h *Handler) dropMute(ctx context.Context, r bot.Request, p digest.Profile, m digest.Mute) (bot.Reply, error) {
	p.Mutes = slices.DeleteFunc(p.Mutes, func(x digest.Mute) bool { return x.Kind == m.Kind && x.Value == m.Value })
	if err := h.saveProfile(ctx, r, p, "unmute"); err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	return say(w, w.Text("%s is no longer muted.", bot.B(m.Label))), nil
}
