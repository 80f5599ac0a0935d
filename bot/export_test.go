package bot

// KoreanKeys are the texts that the catalogue has in Korean.
func KoreanKeys() map[string]string { return korean }

// KoreanErrors are the formats of errors that the catalogue has in Korean.
func KoreanErrors() map[string]string { return koreanErrors }

// KoreanTold are the words kept in English that it has in Korean.
func KoreanTold() map[string]string { return koreanTold }
