package web

import (
	"reflect"
	"testing"

	"github.com/jba/templatecheck"
)

// Each template is checked against the type it is executed with: a field that
// the type does not have is a failure here and not on a page.
func TestTemplatesFitTheirViews(t *testing.T) {
	files, err := NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	templates, err := ParseTemplates(files)
	if err != nil {
		t.Fatal(err)
	}
	views := []View{&EditionPage{}, &PeriodPage{}, &PaperPage{}, &TrendingPage{}, &SearchPage{}, &ListingPage{}, &SimilarPage{}, &DeskPage{}, &PublishPage{}, &SubmitPage{}, &ArchivePage{}, &StatusPage{}, &FirstRunPage{}, &FailurePage{}, &SignInPage{}, &LinkPage{}, &AccountPage{}, &SubscribePage{}, &MailPage{}, &PostPage{}, &DemoMailPage{}, &CommentPage{}, &RecordPage{}, &ModerationPage{}, &ReferencePage{}, &LibraryPage{}, &FollowingPage{}, &ReaderPage{}, &AccountsPage{}, &FeedsPage{}, &ImportPage{}, &InstancePage{}}
	for _, v := range views {
		page := templates.pages[v.template()]
		if page == nil {
			t.Errorf("%T has no template %s", v, v.template())
			continue
		}
		if err := templatecheck.CheckHTML(page.Template, v); err != nil {
			t.Errorf("template %s: %v", v.template(), err)
		}
		kind := reflect.TypeOf(v).Elem()
		for i := range kind.NumField() { // else the frame of the page would read it in place of its own
			if _, taken := reflect.TypeFor[Page]().FieldByName(kind.Field(i).Name); taken {
				t.Errorf("%s.%s hides the field of that name of Page", kind.Name(), kind.Field(i).Name)
			}
		}
	}
	if len(views) != len(templates.pages) {
		t.Errorf("%d templates for %d kinds of page", len(templates.pages), len(views))
	}
}
