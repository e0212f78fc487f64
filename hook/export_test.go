package hook

import "time"

// Patient sets how long a hook may take to answer.
func (s *Store) Patient(d time.Duration) { s.client = newClient(s.Private, d) }
