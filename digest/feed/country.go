package feed

import "strings"

// genericCountryDomains are country domains that sites of all countries use
// for how they read.
const genericCountryDomains = " ac ag ai am bz cc cd co dj eu fm gg gl gs io la ly me ms mu nu pw sc sh st tk to tv vc ws "

// CountryOf tells the home country of a source from its address: the country
// domain at the end of its host, as an ISO 3166-1 code; "" where there is
// none or it says nothing.
func CountryOf(address string) string {
	host := hostOf(address)
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case len(last) != 2 || last[0] < 'a' || last[0] > 'z' || last[1] < 'a' || last[1] > 'z' || !strings.Contains(host, "."):
		return ""
	case last == "uk":
		return "GB"
	case strings.Contains(genericCountryDomains, " "+last+" "):
		return ""
	}
	return strings.ToUpper(last)
}
