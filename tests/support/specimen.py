"""Pages that hold every sort of block, as handouts and the cohort's pages have them, and one of the longest words."""

from datetime import date, timedelta

from eiginfra.handouts.page import (
    Bar,
    Bars,
    Block,
    Break,
    Card,
    Cards,
    CheckItem,
    Checklist,
    Code,
    Column,
    DayText,
    Emphasis,
    Item,
    Items,
    Link,
    Milestone,
    Note,
    Page,
    PageLink,
    Paragraph,
    Preformatted,
    Search,
    Section,
    Status,
    Strong,
    Table,
    Terms,
    Text,
    Timeline,
)

STARTS, ENDS, NOW = date(2019, 9, 2), date(2020, 7, 1), date(2020, 1, 13)
LONG = "x" * 200
RIGHT_TO_LEFT = "שלום עולם"


def specimens(language: str) -> list[Page]:
    """A page as a handout is one, one as the cohort's pages are, one of long words, one with nothing."""
    return [_handout(language), _overview(language), _long(language), Page("empty", language, "Empty", "", ())]


def _day(day: date) -> DayText:
    return DayText(day, day.strftime("%d/%m/%Y"))


def _handout(language: str) -> Page:
    french = language == "fr"
    return Page(
        name="handout",
        language=language,
        site="EIG 3",
        title="Adler",
        lead="Agence nationale de la donnée" if french else "National agency of data",
        blocks=tuple(
            Section(f"part-{number}", title, blocks)
            for number, (title, blocks) in enumerate(
                [
                    ("L’essentiel" if french else "The essentials", _essentials()),
                    ("Les accès" if french else "Access", _access()),
                    ("Les machines" if french else "Machines", (_machines(4), _bars())),
                    ("Se connecter" if french else "Connect", _connect()),
                    ("La suite" if french else "Next", (_checklist(), _items())),
                ]
            )
        ),
        navigation=(PageLink("index", "Toutes les équipes" if french else "All teams"), PageLink("handout", "Adler")),
        navigation_label="Pages",
        skip="Aller au contenu" if french else "Go to the content",
        contents="Sur cette page" if french else "On this page",
        footer=(("État du " if french else "As of ", _day(NOW), "."),),
        description="Adler",
    )


def _overview(language: str) -> Page:
    names = ["Adler", "Écho", "Brassens", "Zadig", "Hippocrate", "Déméter"]
    cards = tuple(
        Card(
            PageLink(name.lower(), name),
            (Paragraph("Python, Django"), Terms((("Machines", "3"), ("Projets", "2"))), Paragraph((Status("en ligne", "good"),))),
            ("postgresql", "café"),
        )
        for name in names
    )
    return Page(
        name="overview",
        language=language,
        site="EIG 3",
        title="Les équipes" if language == "fr" else "The teams",
        lead=("État du " if language == "fr" else "As of ", _day(NOW)),
        blocks=(
            Search("Chercher" if language == "fr" else "Search", "Rien de tel." if language == "fr" else "Nothing found."),
            Section("cards", "Fiches" if language == "fr" else "Cards", (Cards(cards),)),
            Section("table", "Machines", (_machines(12),)),
        ),
        navigation=tuple(PageLink(name.lower(), name) for name in ("Overview", "Machines", "Quotas", "Catalogue", "Calendrier")),
        navigation_label="Pages",
        skip="Aller au contenu" if language == "fr" else "Go to the content",
        script=True,
    )


def _long(language: str) -> Page:
    texts: tuple[Text, ...] = (LONG, Code(LONG), Link(f"https://example.org/{LONG}", LONG), Status(LONG, "warn"), RIGHT_TO_LEFT, "🦊🎛️")
    blocks: tuple[Block, ...] = (
        *(Paragraph((each,)) for each in texts if not isinstance(each, tuple)),
        Note(LONG, "bad"),
        Items((LONG, Item(LONG, (Items((LONG,)),)))),
        Checklist((CheckItem(LONG, False, LONG, LONG),)),
        Terms(((LONG, LONG), ("x", (Code(LONG),)))),
        Table(LONG, (Column(LONG), Column("b", number=True)), ((LONG, LONG), ((Code(LONG),), "")), sortable=True),
        Table(LONG, (Column(LONG),) * 8, ((LONG,) * 8, ("2 septembre 2019",) * 8), sortable=True),
        Preformatted(f"Host {LONG}", LONG),
        Bars(LONG, (LONG, "b", "c"), (Bar(LONG, 7, LONG, "bad"),)),
        Timeline(LONG, STARTS, ENDS, NOW, (Milestone(NOW, LONG, LONG),)),
        Cards((Card(LONG, (Paragraph(LONG),)), Card(PageLink("x", LONG)))),
        Search(LONG, LONG),
    )
    return Page(
        name="long",
        language=language,
        site=LONG,
        title=LONG,
        lead=LONG,
        blocks=(Section("all", LONG, blocks),),
        navigation=(PageLink("x", LONG),),
        navigation_label=LONG,
        skip=LONG,
        contents=LONG,
        footer=(LONG,),
        script=True,
    )


def _essentials() -> tuple[Block, ...]:
    return (
        Paragraph(
            (
                "Bienvenue ! Cette page dit ",
                Strong(("où se trouve",)),
                " ce que l’équipe partage, et ",
                Emphasis(("à qui demander",)),
                " : ",
                Link("mailto:eig-link@example.org", "eig-link@example.org"),
                ". Voir ",
                PageLink("", "les machines", "part-2"),
                ".",
            )
        ),
        Note(("Cette page dit ce qui a été vu le ", _day(NOW), ".")),
        Terms(
            (
                ("Administration", "Agence nationale de la donnée"),
                ("Ville", "Paris"),
                ("Mentor", ("Camille ", Link("https://gitlab.example.org/camille", "@camille"))),
            )
        ),
        Timeline(
            "Dix mois, du 2 septembre 2019 au 1er juillet 2020",
            STARTS,
            ENDS,
            NOW,
            tuple(
                Milestone(STARTS + timedelta(days=days), f"{STARTS + timedelta(days=days):%d/%m/%Y}", words)
                for days, words in (
                    (0, "Premier jour"),
                    (91, "Revue à mi-parcours"),
                    (200, "Ouverture du code"),
                    (303, "Fin de la promotion"),
                )
            ),
        ),
    )


def _access() -> tuple[Block, ...]:
    states: list[tuple[str, tuple[Status, ...]]] = [
        ("adler-1", (Status("accès vérifié", "good"),)),
        ("adler-2", (Status("invitation en attente", "warn"),)),
        ("adler-3", (Status("compte bloqué", "bad"),)),
        ("adler-4", (Status("pas encore regardé"),)),
    ]
    rows = tuple(((Code(name),), "Camille Dupont", state, (_day(ENDS),)) for name, state in states)
    return (
        Table("Qui a accès", (Column("Compte"), Column("Nom"), Column("Accès"), Column("Dernier jour")), rows),
        Note("Un compte est bloqué : demandez à EIG Link.", "bad"),
        Note("Une invitation attend.", "warn"),
        Note("Tout le reste est en ordre.", "good"),
    )


def _machines(many: int) -> Table:
    columns = (
        Column("Machine"),
        Column("État"),
        Column("Adresse"),
        Column("Sous-domaine"),
        Column("Cœurs", number=True),
        Column("Mémoire", number=True),
    )
    states = (Status("en marche", "good"), Status("arrêtée", "bad"), Status("attend un redémarrage", "warn"))
    names = [f"adler-{('web', 'base', 'été', 'api')[number % 4]}-{number}" for number in range(many)]
    rows: tuple[tuple[Text, ...], ...] = tuple(
        (
            (Code(name),),
            (states[number % 3],),
            (Code(f"10.0.0.{number}"),),
            (Link(f"https://{name}.example.org/", f"{name}.example.org"),),
            str(number % 5),
            f"{number % 7} Gio",
        )
        for number, name in enumerate(names)
    )
    keys = tuple((name, number % 3, f"10.0.0.{number}", name, number % 5, number % 7) for number, name in enumerate(names))
    return Table("Les machines de l’équipe", columns, rows, sortable=True, keys=keys)


def _bars() -> Bars:
    return Bars(
        "Le quota",
        ("Ressource", "Part", "Utilisé"),
        (
            Bar("Cœurs", 0.5, "4 sur 8"),
            Bar("Mémoire", 0.92, "15 Gio sur 16 Gio", "warn", 0.3),
            Bar("Disque", 1.3, "130 Gio sur 100 Gio", "bad", 0.7),
            Bar("Machines", None, "3, sans limite"),
        ),
    )


def _connect() -> tuple[Block, ...]:
    lines = ["Host eig3.gateway", "    HostName gateway.example.org", "    User adler-1", "", *(f"Host adler-{n}" for n in range(3))]
    lines += ["    ProxyCommand " + "ssh -W %h:%p eig3.gateway " * 5]
    return (
        Paragraph("À ajouter à ~/.ssh/config :"),
        Preformatted("\n".join(lines), "~/.ssh/config", "sshconfig"),
        Section("deeper", "Empreintes", (Paragraph((Code("SHA256:Jq0bJ4p2mB1wkH6T2OqIfhGx5Tt1A4V1hZ2tK9xLr0E"), Break(), "passerelle")),)),
    )


def _checklist() -> Checklist:
    return Checklist(
        (
            CheckItem("Un fichier README dit ce que fait le projet", True, "fait"),
            CheckItem("Une licence", False, "à faire", ("Choisir ", Link("https://example.org/licences", "une licence autorisée"), ".")),
            CheckItem("Le site répond", None, "pas regardé"),
        )
    )


def _items() -> Items:
    return Items(("Demander à l’équipe", Item("Puis :", (Items(("le mentor", "EIG Link")),))), numbered=True)
