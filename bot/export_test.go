package bot

// KoreanKeys are the texts that the catalogue has in Korean.
func KoreanKeys() map[string]string { return korean }
