import pytest

from tools.rules import urgency

EMERGENCIES = {
    "gas": [
        "I smell gas by the furnace",
        "rotten egg smell in the basement",
        "It smells like rotten eggs in here!!",
        "There's a strong odor of gas in the kitchen",
        "i think we have a gas leak",
        "smells like propane near the tank outside",
        "the contractor hit a gas line in the yard",
        "my kitchen reeks of gas",
        "no heat and I smell gas",
        "no i smell gas",
        "No, there is a gas smell",
        "not sure if its gas but it smells like rotten eggs",
        "i can hear the gas line hissing",
        "gas detector is beeping in the garage",
        "My gas bill is high and now I smell gas",
        "the furnace stopped, gas smell in hallway",
        "we had a tune up 2 months ago and now it smells like gas",
        "The gas smell won't go away",
        "I SMELL GAS",
        "smelling gas when the stove is off",
        "rotten egg smell by the water heater",
        "huele a gas",
        "Huele mucho a gas en la cocina",
        "hay una fuga de gas",
        "Hay olor a gas en mi casa, ¿qué hago?",
    ],
    "carbon_monoxide": [
        "CO alarm going off",
        "my carbon monoxide detector is going off",
        "carbon monoxide alarm keeps beeping, is it a false alarm?",
        "The CO detector went off twice last night",
        "CO detector won't stop beeping, I changed the battery already",
        "co alarm reading 120 ppm",
        "fire dept found carbon monoxide in the house",
        "We all have headaches since the furnace came on",
        "Turned the heater on. Now my kids are dizzy and throwing up",
        "exhaust fumes in the house from the boiler flue",
        "suena el detector de monóxido",
    ],
    "fire": [
        "there's smoke coming from the furnace",
        "FIRE",
        "the dryer is on fire",
        "I see flames in the heater closet",
        "my ac unit is smoking",
        "smoke alarm is going off and I can't find why",
        "house is filling with smoke",
        "water heater caught fire",
        "se está quemando el calentador",
        "sale humo del calentón",
    ],
    "electrical": [
        "sparks from the panel",
        "my outlet is sparking",
        "The breaker box is hot and buzzing",
        "burning smell from the outlet behind the couch",
        "smells like burning plastic near the panel",
        "outlet melted when I plugged in the heater",
        "I got shocked by the light switch",
        "the faucet shocks me when I touch it",
        "a power line is down in our back yard",
        "wires are arcing outside by the meter",
        "salen chispas del enchufe",
        "stove outlet is sparking",
        "electrical burning smell upstairs",
    ],
    "flood_near_power": [
        "water pouring onto the breaker box",
        "basement is flooding and the water is near the electrical panel",
        "Ceiling leak is dripping through the light fixture",
        "water heater leaking onto an outlet",
        "rain water running in around the fuse box",
        "the outlets are under water",
        "my electrical panel is getting wet",
        "basement flooded and the power is still on down there",
        "pipe burst, water coming out of the light switch",
        "cae agua sobre el panel eléctrico",
    ],
    "no_heat_vulnerable": [
        "no heat, baby in the house and it's freezing",
        "Furnace quit and my 84 year old mother lives with us",
        "heat is out and we have a newborn",
        "Our heater stopped working. It's 18 degrees out. Two kids here",
        "without heat since last night, my husband is on oxygen",
        "boiler won't start, grandma is with us and it's snowing",
        "no tenemos calefacción y hay un bebé",
        "the furnace is not working and my dad is 91",
    ],
}

NO_EMERGENCIES = [
    "my gas bill is high",
    "gas furnace tune up",
    "fire pit",
    "can you hook up a gas line for a fire pit?",
    "smells fine now, no gas smell",
    "I don't smell gas",
    "smoke detector battery chirps",
    "there's no gas leak, I just want a quote",
    "my furnace doesn't smell like gas at all",
    "how much for a gas stove install",
    "the gas company told me to call a plumber for the inspection",
    "gas fireplace won't light",
    "furnace won't fire up",
    "burners not firing",
    "the hot water smells like rotten eggs",
    "rotten egg smell from the kitchen sink drain",
    "need two new smoke detectors installed",
    "install a carbon monoxide detector please",
    "CO detector needs a new battery",
    "smoke alarm keeps chirping every minute",
    "do you check for carbon monoxide during a tune up?",
    "replace the spark plug on my generator",
    "igniter sparks but the burner won't light",
    "do you sell sparkling water lol",
    "I'm burning up in here, AC is weak",
    "dust burning smell when we first turned the heat on",
    "this furnace has given us nothing but headaches",
    "I was shocked at the price",
    "breaker for the water heater tripped",
    "my outlet isn't working and I have a leaky faucet",
    "the condensate drain outlet is dripping",
    "electric water heater is leaking",
    "garage door panel lets rain in",
    "toilet is running and the porch light is out",
    "pilot light went out",
    "flame sensor needs cleaning",
    "burned out light bulb in the hall",
    "hot tub wiring for the patio",
    "we had a house fire last year and are remodeling",
    "had a gas leak years ago, wanted a checkup",
    "Is my appointment still on fireside lane tomorrow?",
    "hi, I'd like a diagnostic visit",
    "12 Oak St 78701",
    "AC died, 12 Oak St 78701",
    "no heat in the garage",
    "no hot water since this morning",
    "add an outlet near the sink",
    "switching companies, who can see my boiler",
    "do you have a senior discount",
    "my baby broke the thermostat cover",
    "no huele a gas, solo quiero una cita",
    "Monday at 9 works",
    "can you come Friday",
    "STOP",
    "the fan makes a humming noise",
    "quote for a panel upgrade",
    "want to move the visit, something came up",
    "is there an extra charge for weekends?",
    "please text me when Dana is on the way",
    "the thermostat shows E4",
]

URGENT = [
    ("no heat", "hvac"),
    ("the furnace died last night", "hvac"),
    ("AC is out and my elderly mom is here", "hvac"),
    ("no ac and we have an infant", "hvac"),
    ("water heater is leaking", "plumbing"),
    ("a pipe burst under the sink", "plumbing"),
    ("water is coming through the ceiling", "plumbing"),
    ("sewage is backing up into the tub", "plumbing"),
    ("we have no water", "plumbing"),
    ("no tenemos agua", "plumbing"),
    ("half the house has no power", "electrical"),
    ("my car is trapped in the garage", "garage_doors"),
    ("the spring broke", "garage_doors"),
    ("breaker won't reset", "general"),
]

ROUTINE = [
    ("leaky faucet", "plumbing"),
    ("no hot water since this morning", "plumbing"),
    ("AC died, 12 Oak St 78701", "hvac"),
    ("no water leak anymore, just the annual check", "plumbing"),
    ("the spring broke", "hvac"),
    ("annual tune up for the heater", "hvac"),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in EMERGENCIES.items() for text in texts])
def test_danger_is_recognised_and_named(kind: str, text: str) -> None:
    assert urgency.read(text, trade="hvac") == urgency.Urgency("emergency", kind)


@pytest.mark.parametrize("text", NO_EMERGENCIES)
def test_a_look_alike_is_no_emergency(text: str) -> None:
    assert urgency.read(text, trade="general").level != "emergency"


@pytest.mark.parametrize(("text", "trade"), URGENT)
def test_what_cannot_wait_is_urgent(text: str, trade: str) -> None:
    assert urgency.read(text, trade=trade) == urgency.Urgency("urgent", None)


@pytest.mark.parametrize(("text", "trade"), ROUTINE)
def test_the_rest_is_routine(text: str, trade: str) -> None:
    assert urgency.read(text, trade=trade) == urgency.Urgency("routine", None)


@pytest.mark.parametrize("trade", ["hvac", "plumbing", "electrical", "garage_doors", "roofing"])
def test_gas_is_an_emergency_whoever_was_called(trade: str) -> None:
    assert urgency.read("I smell gas by the furnace", trade=trade).kind == "gas"
