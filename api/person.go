package api

import (
	"cmp"
	"encoding/json"

	"broadsheet/edition"
	"broadsheet/paper"
)

// icon is the picture of those of whom none is known.
const icon = "/static/icon.svg"

// submitter is who put a paper in, in the shape of a person.
func submitter(place *edition.Place) object {
	var o object
	o.set("name", "broadsheet")
	if place != nil && place.Submitter != "" {
		o.set("name", place.Submitter)
	}
	completePerson(&o)
	return o
}

func organisation(p *paper.Paper) object {
	var o object
	o.set("name", p.Organisation.Name)
	o.set("fullname", cmp.Or(p.Organisation.FullName, p.Organisation.Name))
	completeOrganisation(&o)
	return o
}

// completePerson gives a person what clients look for: the handle as user and as
// name, the picture as avatar and as avatarUrl. What is there stays as it is.
func completePerson(o *object) {
	handle := cmp.Or(o.text("user"), o.text("name"))
	o.ensure("_id", cmp.Or(o.text("id"), token("person", handle)))
	completePicture(o)
	o.ensure("fullname", handle)
	o.ensure("isPro", false)
	o.ensure("name", handle)
	o.ensure("user", handle)
	o.ensure("type", "user")
}

func completeOrganisation(o *object) {
	o.ensure("_id", token("organisation", o.text("name")))
	o.ensure("fullname", o.text("name"))
	completePicture(o)
}

func completePicture(o *object) {
	picture := cmp.Or(o.text("avatarUrl"), o.text("avatar"), icon)
	o.ensure("avatar", picture)
	o.ensure("avatarUrl", picture)
}

// completeAuthors completes the persons that authors are known to be.
func completeAuthors(o *object) {
	var authors []json.RawMessage
	if json.Unmarshal(o.get("authors"), &authors) != nil {
		return
	}
	changed := false
	for i := range authors {
		a, err := parseObject(authors[i])
		if err == nil && a.edit("user", completePerson) {
			authors[i], changed = mustMarshal(a), true
		}
	}
	if changed {
		o.set("authors", authors)
	}
}
