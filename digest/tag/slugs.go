package tag

// Slugs are those of the built-in topics, in their order.
func Slugs() []string {
	defs := builtinDefinitions()
	out := make([]string, len(defs))
	for i, d := range defs {
		out[i] = d.Slug
	}
	return out
}
