package bottest

import "strings"

// contains ignores characters that only keep text from being markup:
// backslashes and zero-width joiners.
func contains(text, want string) bool {
	plain := strings.NewReplacer("\\", "", "\u200d", "", "\u200b", "", "\u2060", "").Replace(text)
	return strings.Contains(plain, want)
}
