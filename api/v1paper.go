package api

import (
	"context"
	"net/url"
	"strings"

	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/paper"
)

// describe returns a paper as version 1 shows it. place is nil when it stands in no
// edition.
func describe(p *paper.Paper, place *edition.Place) v1.Paper {
	abstract := oneLine(plain(p, p.Abstract))
	out := v1.Paper{
		ID: p.Key, Page: "/papers/" + pathOf(p.Key), Title: oneLine(plain(p, p.Title)), Abstract: abstract, AbstractBy: p.AbstractBy,
		Claim: edition.PickClaim(abstract).String(), AuthorCount: p.CountAuthors(), Categories: filled(p.Categories), Topics: filled(p.Topics),
		Submitted: p.Submitted, Revised: p.Revised, Announced: p.Announced, Withdrawn: p.Withdrawn,
		Comment: p.Comment, JournalRef: p.JournalRef, Licence: p.Licence,
		Votes: p.Votes(), Comments: p.Comments(), Stars: p.Stars(), Here: v1.Tally(p.Here),
		Identifiers: []v1.Identifier{}, Authors: []v1.Author{}, Links: []v1.Link{}, Versions: []v1.Version{},
	}
	for _, id := range p.Identifiers {
		out.Identifiers = append(out.Identifiers, v1.Identifier{Scheme: string(id.Scheme), Value: id.Value, URL: id.URL()})
	}
	for _, x := range p.Authors {
		out.Authors = append(out.Authors, v1.Author{
			Name: x.Name, Family: x.Family, Given: x.Given, Suffix: x.Suffix, Affiliations: x.Affiliations, Claimed: x.Claimed, Reader: x.User,
		})
	}
	for _, l := range p.Links {
		out.Links = append(out.Links, v1.Link{Kind: string(l.Kind), URL: l.URL, Stars: l.Stars})
	}
	for _, v := range p.Versions {
		out.Versions = append(out.Versions, v1.Version{Number: v.N, At: v.At})
	}
	if o := p.Organisation; o != nil {
		out.Organisation = &v1.Organisation{Name: o.Name, FullName: o.FullName}
	}
	if place != nil {
		at := placeOf(place)
		out.Edition = &at
		if place.Claim != "" {
			out.Claim = oneLine(plain(p, place.PickClaim(p.Abstract).String()))
		}
	}
	if p.Featured != nil || !p.Figures.At.IsZero() {
		f := v1.Figures{Votes: p.Figures.Votes, Comments: p.Figures.Comments, Read: p.Figures.At}
		if p.Featured != nil {
			f.Source, f.Featured, f.By = p.Featured.Source, p.Featured.At, p.Featured.Submitter
		}
		out.Upstream = &f
	}
	return out
}

func placeOf(p *edition.Place) v1.Place {
	return v1.Place{Date: p.Day, Origin: string(p.Origin), Entered: p.Entered, By: p.Submitter, Order: p.Ord, Claim: p.Claim, Note: p.Note}
}

func received(p *paper.Paper) *v1.Received {
	return &v1.Received{Title: p.Title, Abstract: p.Abstract, Form: string(p.Form), Authority: int(p.Authority)}
}

// filled returns a list that is written as [] when it is empty.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// pathOf writes a paper's key as pages have it in their path: slashes stay.
func pathOf(key string) string {
	return strings.ReplaceAll(url.PathEscape(key), "%2F", "/")
}

// described returns papers with their places.
func (a *API) described(ctx context.Context, papers []*paper.Paper) ([]v1.Paper, error) {
	ids := make([]int64, len(papers))
	for i, p := range papers {
		ids[i] = p.ID
	}
	places, err := a.Editions.Places(ctx, a.papers.DB(), ids)
	if err != nil {
		return nil, err
	}
	list := make([]v1.Paper, len(papers))
	for i, p := range papers {
		list[i] = describe(p, places[p.ID])
	}
	return list, nil
}
