package search

import (
	"slices"
	"testing"
)

func TestAuthorsAreFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, family string
		finds        []string
		not          []string
	}{
		{"Kaiming He", "", []string{"he", "He", "Kaiming He", "He Kaiming", "He, Kaiming", "K. He", "K He", "He K", "He, K."}, []string{"Kaiming", "X. He", "Keming He", "Hej"}},
		{"Geoffrey E. Hinton", "Hinton", []string{"hinton", "G. Hinton", "Geoffrey Hinton", "G. E. Hinton", "Hinton, G.E.", "Hinton GE", "Geoffrey E. Hinton"}, []string{"E. Hinton", "F. Hinton"}},
		{"Laurens van der Maaten", "", []string{"van der Maaten", "Maaten", "L. van der Maaten", "Laurens van der Maaten", "L Maaten"}, []string{"van", "der"}},
		{"Aäron van den Oord", "van den Oord", []string{"oord", "Aaron van den Oord", "A. van den Oord"}, nil},
		{"Jean-Pierre Serre", "", []string{"serre", "J.-P. Serre", "Jean-Pierre Serre", "J. Serre"}, []string{"P. Serre"}},
		{"Martin Luther King Jr.", "", []string{"king", "M. King", "Martin Luther King"}, []string{"jr"}},
		{"李雷", "", nil, nil},
		{"Erdős, Paul", "", []string{"erdos", "Erdős", "P. Erdős", "Paul Erdos"}, nil},
		{"ATLAS Collaboration", "", []string{"collaboration", "ATLAS Collaboration"}, nil},
		{"Plato", "", []string{"plato"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			keys := nameKeys(tt.name, tt.family)
			found := func(typed string) bool {
				return slices.ContainsFunc(nameQuery(typed), func(k string) bool { return slices.Contains(keys, k) })
			}
			for _, typed := range tt.finds {
				if !found(typed) {
					t.Errorf("%q is not found by %q: its keys are %q, those asked for %q", tt.name, typed, keys, nameQuery(typed))
				}
			}
			for _, typed := range tt.not {
				if found(typed) {
					t.Errorf("%q is found by %q", tt.name, typed)
				}
			}
		})
	}
}
