"""Words that look like names to a pattern and are none."""

NOT_NAMES = frozenset(
    """a about ac account actually address after afternoon again air all already also alright always am an and
    another any anybody anyone anything anytime apartment apt appointment are around as asap ask at available
    avenue away back bad be because been before bill book booked booking bot both broken but by bye call
    called calling can can't cancel cannot cant change check city clinic close closed come coming confirm
    conditioner cool cost could customer day days dear did didn't do doctor does doesn't don't done dont down
    dr drain each early either else email emergency evening every everything excellent fan faucet fine first
    fix for free friday from furnace fully get getting give go going good goodbye got great guess guy guys had
    has have haven't having he heat heater heating hello help her here hers hey hi him his hm hmm hold home
    hot hour house how how's hows however hrs i i'd i'll i'm i've if ill im in interested instead is isn't
    issue it it's its ive job just keep kind kitchen know last late later leak leaking leave let let's like
    little long looking lot low make man many may maybe me mean meeting mine minute monday money month more
    morning most move much must my myself na nah name need needs never new next nice night no nobody none noon
    nope not nothing now number of off office oh ok okay old on once one only open or other our out over owner
    party people perfect person phone pipe please plumber plumbing pm poor possible price probably problem
    question quick quite rather ready real really reason repair reschedule reservation right robot room said
    same saturday say schedule see send service set she should show shower sick since sink sir so some someone
    something somebody soon sorry speak start still stop street sunday sure system table take talk technician
    tell than thank thanks that that's the their them then there these they thing things think this those
    though three thursday time tired to today toilet tomorrow tonight too try tub tuesday two under unit until
    up us use very view visit wait wall want wanted wants was wasn't water way we we're wednesday week weekend
    well were what what's whats when where where's which while who who's whose why will with won't work
    working works would wouldn't wrong wrote ya yea yeah yep yes yesterday yet you you're your yours yup zip
    january february march april june july august september october november december thanksgiving christmas
    easter street road drive lane boulevard court st rd ave ln blvd ct house adults adult child children kids
    miss missus mister person's persons dinner lunch breakfast restaurant hotel group family friends guests us
    myself someone's tenant landlord neighbor company business residential commercial property manager front
    back yard side place lookin happy glad afraid unable trying hoping wondering writing texting reaching
    located homeowner renter experiencing freezing stuck doing feeling planning bluebird diagnostic install
    installation estimate quote filter thermostat gas electric electrical outlet breaker panel sewer hvac pls
    plz stat hola gracias si sí por favor quiero necesito cita wanna gonna gotta hafta sometime whenever
    whatever wherever nowhere anywhere urgent important ridiculous terrible horrible awful crazy unacceptable
    great awesome bad worse worst true false weird strange nice mad angry upset frustrated confused interested
    busy serious super extremely pretty totally currently definitely absolutely certainly correct affirmative
    negative hopefully unfortunately half past quarter eleven twelve four five six seven eight nine ten twenty
    thirty forty fifty wat wut huh lol omg idk nvm tbh thx ty asking alive human agent representative operator
    idea clue forgot remember maybe's anymore different existing recent upcoming double single standard full""".split()
)
# Small words people answer with: an unknown lower-case word one slip away from one of these is not a name.
ANSWERS = (
    "yes",
    "yeah",
    "no",
    "nope",
    "ok",
    "okay",
    "sure",
    "please",
    "thanks",
    "what",
    "why",
    "who",
    "how's",
    "hello",
    "hey",
    "hi",
    "stop",
    "name",
    "help",
    "later",
    "maybe",
    "sorry",
    "cancel",
    "today",
    "tomorrow",
)
SHORT_NAMES = frozenset(
    "sue wes jess hal kay bea ben yen noe nia hai heidi hay moe joe jo ed al ty ron don jon ann amy e"
    "va ivy ray roy max leo lee kim tim jim tom ana ian ike hope neil nick mary ella ava mia zoe".split()
)
FIRM = frozenset(
    """apartments apartment homes condos venue hotel inn heating plumbing electric services service inc llc
    company co restaurant salon clinic dental center centre church school park hall mall store shop room rooms
    suite suites hospital office towers""".split()
)
