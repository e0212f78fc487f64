package edition

// Replay returns what the acts of a log make of a paper's decision and note.
func Replay(list []Act, paper int64) (p Pick, note string) {
	for _, a := range list {
		if a.Paper != paper {
			continue
		}
		if a.before.Pick != p || a.before.Note != note {
			return "broken", "log"
		}
		p, note = a.after.Pick, a.after.Note
	}
	return p, note
}
