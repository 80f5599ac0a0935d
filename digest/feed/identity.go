package feed

import "github.com/daybrief/daybrief/digest"

// settleIdentities makes the ids that a feed gives usable as identities. An
// address given as id loses its fragment and tracking, since some feeds count
// revisions there ("…/story#2"); an id that different items share says
// nothing and is dropped, so that their addresses tell them apart.
func settleIdentities(articles []digest.Article) []digest.Article {
	raw, normal := map[string]idUse{}, map[string]idUse{}
	for _, a := range articles {
		raw[a.GUID] = raw[a.GUID].with(a)
		normal[guidKey(a.GUID)] = normal[guidKey(a.GUID)].with(a)
	}
	for i := range articles {
		a := &articles[i]
		switch key := guidKey(a.GUID); {
		case a.GUID == "":
		case !normal[key].differs:
			a.GUID = key
		case raw[a.GUID].differs:
			a.GUID = ""
		}
	}
	return articles
}

// idUse says whether one id stands for different items.
type idUse struct {
	used    bool
	url     string
	title   string
	differs bool
}

func (u idUse) with(a digest.Article) idUse {
	if !u.used {
		return idUse{used: true, url: guidKey(a.URL), title: a.Title}
	}
	same := guidKey(a.URL) == u.url && (u.url != "" || a.Title == u.title)
	u.differs = u.differs || !same
	return u
}

// guidKey is the canonical form of an id that is an address, else the id.
func guidKey(guid string) string {
	if isWebAddress(guid) {
		if u, err := digest.CanonicalURL(guid); err == nil {
			return u
		}
	}
	return guid
}
