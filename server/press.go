package server

import (
	"context"

	"broadsheet/press"
)

// Press prints the public pages of a house that was opened as Pressed, with all that
// has been logged so far; c says where to.
func (h *House) Press(ctx context.Context, c press.Config) (*press.Result, error) {
	for h.Search != nil { // the lists of categories come from the index
		if n, err := h.Search.Update(ctx, 2000); err != nil || n == 0 {
			if err != nil {
				return nil, err
			}
			break
		}
	}
	c.Pages, c.Papers, c.Editions = h.pages, h.Papers, h.Editions
	c.Today = h.Editions.Settings().DayOf(h.Config.Now())
	c.Base, c.Version, c.Static = h.Config.Base, h.Config.Version, h.pages.StaticPaths()
	return press.Press(ctx, c)
}
