"""Every format by its name."""

from collections.abc import Mapping

from rampart.retrain.exports.axolotl import AXOLOTL
from rampart.retrain.exports.format import Format
from rampart.retrain.exports.huggingface import HF
from rampart.retrain.exports.open_instruct import OPEN_INSTRUCT
from rampart.retrain.exports.openrlhf import OPENRLHF
from rampart.retrain.exports.rlhflow import RLHFLOW
from rampart.retrain.exports.trl_implicit import TRL_IMPLICIT
from rampart.retrain.exports.trl_preference import TRL
from rampart.retrain.exports.trl_unpaired import TRL_UNPAIRED

FORMATS: Mapping[str, Format] = {
    one.name: one for one in (TRL, TRL_UNPAIRED, TRL_IMPLICIT, OPENRLHF, OPEN_INSTRUCT, RLHFLOW, AXOLOTL, HF)
}
