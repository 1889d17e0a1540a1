"""Passwords that everybody tries first: those of public lists of leaked ones that are long enough to pass otherwise.

A selection, in lower case and without digits and signs at their ends; NIST SP 800-63B asks for such a comparison.
"""

_WORDS = """
0102030405 0123456789 0987654321 1029384756 1122334455 123123123 1231231234 123321123321 1234567890 12345678910
123456789a 123456789q 1234qwerasdf 123654789 123qweasdzxc 147258369 1472583690 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc 987654321 9876543210 a123456789 aa12345678 abc1234567 abcd1234 abcd123456 abcdefghij abcdefghijk
abcdefghijkl administrateur administrator alexander asdfghjkl asdfghjklö ashley azertyuiop barcelona baseball
basketball batman biotech changeit changeme changemenow charlie christine computer correcthorsebatterystaple
default demodemo dragon elizabeth facebook football google guest guestguest ihateyou iloveyou iloveyoubaby
iloveyouso internet jennifer jordan juventus laboratory labuser letmein letmeinnow linkedin liverpool manchester
manufacturing master mastermind michael microsoft minecraft monkey mypassword naruto newpassword nicole nintendo
operator operator1 p@ssw0rd p@ssword pa$$word passw0rd password passwort pharmaceutical playstation pokemon
princess q123456789 q1w2e3r4t5 q1w2e3r4t5y6 qualitycontrol qwerty qwerty12345 qwerty123456 qwertyqwerty qwertyui
qwertyuiop qwertz qwertzuiop qwertzuiopü realmadrid samantha secret secretsecret spiderman starwars stephanie
sunshine superman supervisor testing testtest testtesttest thepassword topsecret trustno1 welcome welcomehome
welcometo whatever windows yourpassword youtube zaq12wsx zaq1xsw2cde3 zxcvbnm zxcvbnmasdf
"""
COMMON = frozenset(_WORDS.split())
