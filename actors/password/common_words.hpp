#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace foyer::password {

/// Words of which the commonest passwords are made, in English and French, folded, in order. With twelve characters
/// at least, the commonest ones are such a word with digits around it, or two of them.
inline constexpr std::array<std::string_view, 459> common_words{
    "abcabc", "abcdef", "abcdefg", "abcdefgh", "access", "account", "admin", "administrateur",
    "administrator", "alexandre", "alice", "alphabet", "amanda", "amazing", "america", "amour", "amoureux",
    "andrew", "android", "angel", "angels", "anthony", "antoine", "anything", "aout", "apple", "apples",
    "april", "arsenal", "asdfgh", "asdfghjkl", "ashley", "asshole", "asterix", "august", "australia",
    "automne", "autumn", "avril", "awesome", "azerty", "azertyuiop", "baby", "babyboy", "babygirl", "bailey",
    "banana", "barcelona", "baseball", "basketball", "batman", "bear", "beatles", "beautiful", "bernard",
    "bienvenue", "billet", "billetterie", "bisou", "bisous", "bitch", "black", "blaster", "blessed",
    "bluesky", "bonjour", "bordeaux", "boston", "bretagne", "brother", "bubbles", "business", "buster",
    "butterfly", "california", "camaro", "camille", "canada", "caramel", "changeme", "changemenow", "charles",
    "charlie", "cheese", "chelsea", "cheval", "chicago", "chien", "chienne", "chloe", "chocolat", "chocolate",
    "chouchou", "christ", "christine", "clara", "cobra", "coeur", "coffee", "college", "company", "compte",
    "computer", "connard", "connexion", "contrasena", "cookie", "corvette", "cosmos", "cowboys", "crystal",
    "daddy", "dallas", "daniel", "december", "decembre", "default", "demo", "diamond", "dimanche", "dolphin",
    "doudou", "dragon", "dupont", "durand", "eagle", "eagles", "earth", "edc", "edward", "elephant", "eminem",
    "emma", "england", "enter", "enzo", "everything", "facebook", "falcon", "famille", "family", "father",
    "february", "ferrari", "fevrier", "florida", "flower", "flowers", "football", "forever", "foyer",
    "france", "francois", "frederic", "freedom", "friday", "fuckme", "fuckoff", "fuckyou", "galaxy",
    "gandalf", "garfield", "george", "germany", "ginger", "god", "golden", "golf", "goodbye", "google",
    "gorgeous", "green", "guest", "guillaume", "guitar", "handsome", "hannah", "harley", "harrypotter",
    "heaven", "hello", "helloworld", "helpdesk", "henry", "hiver", "hockey", "hugo", "hunter", "ilove",
    "iloveu", "iloveyou", "internet", "iphone", "isabelle", "january", "janvier", "jeanne", "jennifer",
    "jessica", "jesus", "jesuschrist", "jetaime", "jeudi", "jordan", "joshua", "juillet", "juin", "julie",
    "julien", "july", "june", "juventus", "key", "keypass", "keys", "killer", "laura", "laurent", "lea",
    "letmein", "liberte", "lille", "linux", "lion", "liverpool", "login", "logon", "london", "louis",
    "loulou", "love", "lovely", "loveme", "lover", "loveyou", "lucas", "lundi", "lyon", "maggie", "magic",
    "maison", "mama", "maman", "manager", "manchester", "manon", "march", "mardi", "marie", "marine", "mars",
    "marseille", "martin", "master", "matrix", "matthew", "maverick", "mavie", "maxime", "mercedes", "merci",
    "mercredi", "merde", "merlin", "metallica", "michael", "michelle", "microsoft", "minou", "minouche",
    "mommy", "monamour", "moncoeur", "monday", "monkey", "montreal", "moon", "motdepasse", "mother", "music",
    "musique", "mustang", "mysecret", "nantes", "naruto", "nathalie", "newyork", "nicolas", "nicole", "ninja",
    "nirvana", "nothing", "november", "novembre", "number", "numbers", "obelix", "october", "octobre",
    "office", "olivier", "onetwothree", "opensesame", "orange", "organisation", "organization", "panda",
    "panther", "papa", "paris", "pascal", "pass", "passphrase", "passw", "passwd", "password", "passwords",
    "passwort", "pauline", "peanut", "pearl", "pepper", "perfect", "philippe", "phoenix", "pikachu", "planet",
    "please", "pokemon", "porsche", "potter", "princess", "princesse", "printemps", "private", "protect",
    "psg", "pumpkin", "purple", "putain", "pwd", "qaz", "qazwsx", "qazwsxedc", "quebec", "qwerty",
    "qwertyuiop", "qwertz", "rabbit", "rainbow", "ranger", "realmadrid", "reservation", "robert", "root",
    "rugby", "safety", "salut", "samantha", "samedi", "samsung", "sandrine", "saturday", "school", "scooby",
    "scorpion", "sebastien", "secret", "secrets", "secure", "security", "september", "septembre", "server",
    "service", "sesame", "sexy", "shadow", "signin", "silver", "sister", "slipknot", "snoopy", "soccer",
    "soldier", "soleil", "something", "sophie", "spiderman", "spring", "star", "stars", "starwars",
    "steelers", "stephanie", "strawberry", "student", "summer", "sunday", "sunshine", "superman", "superuser",
    "support", "system", "teacher", "tennis", "test", "tester", "testing", "texas", "thankyou", "theater",
    "theatre", "thomas", "thunder", "thursday", "ticket", "tickets", "tiger", "tigger", "tintin", "toor",
    "topsecret", "toulouse", "trustno", "trustnoone", "tuesday", "ubuntu", "universe", "university", "unlock",
    "unotwothree", "user", "users", "vanilla", "vendredi", "vincent", "viper", "virginie", "warrior",
    "washington", "wednesday", "welcome", "welcomeback", "whatever", "white", "william", "windows", "winter",
    "wizard", "wolf", "wsx", "wxcvbn", "yamaha", "yankees", "yellow", "zaq", "zxcvbn", "zxcvbnm"};

/// The only ones among the 10,000 commonest passwords that have twelve characters (the shortest that policy allows) and
/// that neither words nor patterns explain: keys in columns, words typed with another keyboard, and the like.
inline constexpr std::array<std::string_view, 16> common_whole{
    "1qaz2wsx3edc",    "1q2w3e4r5t6y",  "q1w2e3r4t5y6",  "1qazxsw23edc", "qazwsxedcrfv", "mailcreated5240",
    "polniypizdec0211", "sojdlg123aljg", "ghhh47hj7649",  "leavemealone", "motherfucker", "masterbating",
    "sonyericsson",     "gfhjkmgfhjkm",  "ghjcnjgfhjkm",  "flvbybcnhfnjh"};

/// The longest of common_words.
inline constexpr std::size_t common_word_max = 14;

} // namespace foyer::password
