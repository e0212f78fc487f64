package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/embed"
)

// index examines the built-in index: whether it is as it was written, and how far it lies
// behind the database.
func (c *doctorAllCommand) index(ctx context.Context, d *db.DB) (finding, error) {
	folder := filepath.Join(c.Data, "index")
	f := finding{part: "search", advice: "Restart serve: it makes a damaged index anew. Or delete the folder " + folder + ": it is made of what the database holds."}
	m, err := embed.Default()
	if err != nil {
		return f, err
	}
	i, err := search.Inspect(folder, m)
	if errors.Is(err, fs.ErrNotExist) {
		f.ok, f.said = true, "There is no index yet; serve makes it."
		return f, nil
	}
	if err == nil {
		err = i.Damage
	}
	if err != nil {
		f.said = fmt.Sprintf("The index cannot be relied on: %s.", err)
		return f, nil
	}
	latest, err := paper.Latest(ctx, d)
	if err != nil {
		return f, err
	}
	f.ok, f.said = true, fmt.Sprintf("%d papers are found by words, %d by meaning.", i.Words, i.Meaning)
	const little = 1000 // changes
	if behind := latest - i.Seq; behind > little {
		f.ok = false
		f.said += fmt.Sprintf(" %d changes have still to be seen.", behind)
		f.advice = "Start serve, or wait: it follows the database by itself, some thousand papers a second."
	}
	return f, nil
}
