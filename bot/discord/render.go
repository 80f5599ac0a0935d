package discord

import (
	"fmt"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Look is the form in which messages are rendered.
type Look string

// The looks. Discord lets a message be one or the other, never both.
const (
	Components Look = "components" // Components V2: frames, sections, link buttons; the default
	Embeds     Look = "embeds"     // one embed a section, for clients and tastes that prefer them
)

// Render turns a message into create-message payloads, in order, each within
// every limit, and never a story over two. It does no input or output; the
// same message gives the same bytes as long as the same commands are
// registered (a command in the text links to it by its id). A message with
// nothing visible in it is an Internal error: it is a fault of who made it.
func (a *Adapter) Render(m bot.Message) ([][]byte, error) {
	pages, err := a.pages(m)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(pages))
	for i, p := range pages {
		if m.Silent {
			p.Flags |= flagSilent
		}
		if out[i], err = encode(p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Render is Adapter.Render in the default look and without links to commands:
// for showing what would be posted, without a token.
func Render(m bot.Message) ([][]byte, error) {
	return (&Adapter{opts: Options{Look: Components}}).Render(m)
}

func (a *Adapter) pages(m bot.Message) ([]message, error) {
	w := writer{at: m.At, commands: a.commandIDs()}
	blocks := w.blocks(m)
	if len(blocks) == 0 {
		return nil, digest.Errorf(digest.Internal, "render for Discord: the message has nothing to show")
	}
	title := continuation(m)
	if a.opts.Look == Embeds {
		return embedPages(blocks, title), nil
	}
	return componentPages(blocks, title, wordsOf(m.Lang)), nil
}

// continuation is the heading that later parts repeat in small type, as
// markup. The name of a forum post is read back from it: see threadName.
func continuation(m bot.Message) string {
	title := clip(strings.TrimSpace(plain(m.Title.String())), 80)
	if blank(title) {
		return ""
	}
	return escapeStart(escape(title))
}

// continued is the line on top of part i of n.
func continued(title string, i, n int) string {
	if title == "" {
		return fmt.Sprintf("-# %d/%d", i+1, n)
	}
	return fmt.Sprintf("-# %s · %d/%d", title, i+1, n)
}

// richness is how much is spent on looks. The richest one that needs no more
// parts than the plainest is taken.
type richness struct{ links, rules bool }

func componentPages(blocks []block, title string, say words) []message {
	least := pack(blocks, richness{}, say)
	for _, r := range []richness{{links: true, rules: true}, {links: true}} {
		if p := pack(blocks, r, say); len(p) == len(least) {
			least = p
			break
		}
	}
	out := make([]message, len(least))
	for i, cs := range least {
		if i > 0 {
			cs = append([]component{display(continued(title, i, len(least)))}, cs...)
		}
		out[i] = message{Flags: flagComponentsV2, Components: cs}
	}
	return out
}

// packer fills one part after the other.
type packer struct {
	rich  richness
	say   words
	parts [][]component
	cur   []component
	cost  cost
	head  bool // cur holds nothing but loose text: a section may begin in it even if it has to be cut
}

// reserve is kept free in each part for the line on top of it.
func reserve() cost { return cost{count: 1, chars: 200, bytes: 700} }

func pack(blocks []block, r richness, say words) [][]component {
	p := &packer{rich: r, say: say, head: true}
	p.begin()
	for _, b := range blocks {
		p.block(b)
	}
	if len(p.cur) > 0 {
		p.parts = append(p.parts, p.cur)
	}
	return p.parts
}

func (p *packer) begin() { p.cur, p.cost, p.head = nil, reserve(), true }

func (p *packer) flush() {
	if len(p.cur) > 0 {
		p.parts = append(p.parts, p.cur)
	}
	p.begin()
}

func (p *packer) push(c component) {
	p.cur = append(p.cur, c)
	p.cost = p.cost.add(c.cost())
}

// block puts a block whole where it fits: here, else in a part of its own
// ("one message a topic"), else cut between its units.
func (p *packer) block(b block) {
	if b.loose {
		p.loose(b)
		return
	}
	frame := p.frame(b.heading)
	for i, u := range b.units {
		frame.Components = append(frame.Components, p.unit(u, i > 0 && b.units[i-1].story)...)
	}
	whole := frame.cost()
	switch {
	case p.cost.add(whole).fits():
	case !p.head && reserve().add(whole).fits():
		p.flush()
	default:
		p.cut(b)
		return
	}
	p.push(frame)
	p.head = false
}

// loose puts units one by one, without a frame.
func (p *packer) loose(b block) {
	for _, u := range b.units {
		cs := p.unit(u, false)
		if !p.cost.add(costOf(cs)).fits() {
			p.flush()
		}
		for _, c := range cs {
			p.push(c)
		}
	}
}

// cut puts a block over several parts, each with its heading.
func (p *packer) cut(b block) {
	frame, empty := p.frame(b.heading), true
	for i, u := range b.units {
		cs := p.unit(u, !empty && b.units[i-1].story)
		if !p.cost.add(frame.cost()).add(costOf(cs)).fits() {
			if !empty {
				p.push(frame)
			}
			p.flush()
			frame, cs = p.frame(b.heading), p.unit(u, false)
			if !empty && b.heading != "" {
				frame = p.frame(b.heading + " " + escape(p.say.continued))
			}
		}
		frame.Components = append(frame.Components, cs...)
		empty = false
	}
	p.push(frame)
	p.head = false
}

func (p *packer) frame(heading string) component {
	c := component{Type: typeContainer}
	if heading != "" {
		c.Components = []component{display("### " + heading)}
	}
	return c
}

// unit makes a unit's components; between stories goes a rule.
func (p *packer) unit(u unit, after bool) []component {
	var cs []component
	if after && u.story && p.rich.rules {
		line := true
		cs = append(cs, component{Type: typeSeparator, Divider: &line, Spacing: 1})
	}
	switch {
	case u.text == "":
	case u.link != nil && p.rich.links:
		cs = append(cs, component{Type: typeSection, Components: []component{display(u.text)}, Accessory: u.link})
	default:
		cs = append(cs, display(u.text))
	}
	return append(cs, u.rows...)
}
