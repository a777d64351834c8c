"""The words with which reports of failing tests label their parts, in the languages in which courses are given."""

from __future__ import annotations

EXPECTED = (
    r"expected|should be|wanted|correct|erwartet(?:e[srn]?)?|soll(?:wert)?|attendue?|attes[oa]|verwacht"
    r"|(?:sa[i\u00ed]da |salida |resultado )?esperad[ao]|risultato atteso"
)
GOT = (
    r"got|actual|received|but was|(?:your|my|student) output|found|returned|erhalten|bekommen|istwert|obtenue?"
    r"|re[c\u00e7]u|obtenid[oa]|recibid[oa]|obtid[oa]|(?:sua|tu|su) (?:sa[i\u00ed]da|salida)|ottenut[oa]|gekregen"
)
FAILED = (
    r"test failed|failed example|failed|failing test|fail|(?:test )?fehlgeschlagen|testfall|(?:test )?fallito"
    r"|(?:test )?[e\u00e9]chou[e\u00e9]|fall[ao\u00f3]|falh(?:a|ou)|caso de (?:teste|prueba)|test mislukt"
)
GIVES = (
    r"(?:sai|d[a\u00e1]|sale|muestra|mostra|imprim[ei]|devuelve|devolve|retorna|donne|affiche|renvoie|gibt|kommt|ergibt|zeigt"
    r"|ist|esce)"
)
BUT = r"(?:mas|pero|mais|aber|ma|e|y|et|und|obwohl es)"
SHOULD = (
    r"(?:devia|deveria|deber[i\u00ed]a|tendr[i\u00ed]a que|devrait|doit|sollte|soll|muss|dovrebbe)"
    r"(?: (?:ser|dar|salir|sair|\u00eatre|donner|essere|herauskommen))?"
)
END = r"(?: (?:sein|geben|ergeben|werden|herauskommen))?"
YET = r"(?:(?:mas|pero|mais|aber|ma|es|il|et) ){0,2}"
