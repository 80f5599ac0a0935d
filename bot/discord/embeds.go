package discord

// embedPager fills parts in the embed look: loose text before the sections is
// the content, each section an embed, each run of closing lines an embed
// without a title.
type embedPager struct {
	parts []message
	cur   message
	chars int // over all embeds of cur
}

func embedPages(blocks []block, title string) []message {
	p := &embedPager{}
	for _, b := range blocks {
		for i := range b.units {
			b.units[i].rows = b.units[i].rows[:min(len(b.units[i].rows), maxRows)]
		}
		if b.loose && len(p.cur.Embeds) == 0 {
			p.content(b)
			continue
		}
		p.embeds(b)
	}
	p.flush()
	for i := range p.parts {
		finish(&p.parts[i], continuedOf(title, i, len(p.parts)))
	}
	return p.parts
}

func continuedOf(title string, i, n int) string {
	if i == 0 {
		return ""
	}
	return continued(title, i, n)
}

// finish puts the top line in place. A part without embeds is text alone, and
// no address in it shall grow a preview.
func finish(m *message, top string) {
	if top != "" {
		m.Content = joinLines(top, m.Content)
	}
	if m.Content == "" && len(m.Embeds) == 0 {
		m.Content = "—" // buttons need something to stand under
	}
	if len(m.Embeds) == 0 {
		m.Flags |= flagSuppressEmbeds
	}
}

func joinLines(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func (p *embedPager) flush() {
	if p.cur.Content != "" || len(p.cur.Embeds) > 0 || len(p.cur.Components) > 0 {
		p.parts = append(p.parts, p.cur)
	}
	p.cur, p.chars = message{}, 0
}

// content puts loose text and buttons where there is no embed yet.
func (p *embedPager) content(b block) {
	for _, u := range b.units {
		if units(p.cur.Content)+units(u.text) >= budgetContent-reserve().chars || !p.room(u) {
			p.flush()
		}
		p.cur.Content = joinLines(p.cur.Content, u.text)
		p.cur.Components = append(p.cur.Components, u.rows...)
	}
}

// embeds puts a block into as few embeds as its length needs, and into as few
// parts as the limit over all embeds needs.
func (p *embedPager) embeds(b block) {
	if fits := p.blockFits(b); !fits && len(p.cur.Embeds) > 0 {
		p.flush()
	}
	var e embed
	open := func() { e = embed{Title: b.title()} }
	shut := func() {
		if e.Description != "" {
			p.cur.Embeds = append(p.cur.Embeds, e)
			p.chars += units(e.Title) + units(e.Description)
		}
	}
	open()
	for _, u := range b.units {
		long := units(e.Description)+2+units(u.text) > budgetEmbedText
		full := p.chars+units(e.Title)+units(e.Description)+2+units(u.text) > budgetEmbedAll || len(p.cur.Embeds) == maxEmbeds-1 || !p.room(u)
		if long || full {
			shut()
			if full {
				p.flush()
			}
			open()
		}
		e.Description = joinUnits(e.Description, u)
		p.cur.Components = append(p.cur.Components, u.rows...)
	}
	shut()
}

// blockFits reports whether all of a block goes into the part as it is.
func (p *embedPager) blockFits(b block) bool {
	chars, rows := units(b.title()), 0
	for _, u := range b.units {
		chars += units(u.text) + 2
		rows += len(u.rows)
	}
	return p.chars+chars <= budgetEmbedAll && chars <= budgetEmbedText && len(p.cur.Embeds) < maxEmbeds && len(p.cur.Components)+rows <= maxRows
}

// room reports whether a unit's rows still go under the part: a message
// without Components V2 has five rows, and a story with more keeps the first.
func (p *embedPager) room(u unit) bool { return len(p.cur.Components)+len(u.rows) <= maxRows }

// title is the block's heading as an embed's title, which shows markup.
func (b block) title() string {
	if units(b.heading) > maxEmbedTitle {
		return escape(clip(b.plain, 100))
	}
	return b.heading
}

func joinUnits(text string, u unit) string {
	if text == "" || u.text == "" {
		return text + u.text
	}
	if u.story {
		return text + "\n\n" + u.text
	}
	return text + "\n" + u.text
}
