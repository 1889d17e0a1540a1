"""Single sign-on: a person whom the site's own identity provider knows opens a session here (OpenID Connect)."""
