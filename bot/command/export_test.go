package command

// Usages are the lines that help tells of each command, by language.
func Usages(lang string) map[string][]string {
	out := map[string][]string{}
	for name, list := range usages {
		for _, u := range list {
			out[name] = append(out[name], u.typed[lang])
		}
	}
	return out
}
