"""Makes a two-layer model and its tokenizer: ``tiny_model.py TEXTS FOLDER [--causal]``, in TRL's environment.

The tokenizer is trained on the texts (a JSON list); the weights are random, but always the same.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

UNKNOWN, START, END, PAD = "<unk>", "<s>", "</s>", "<pad>"


def main(texts: list[str], folder: Path) -> None:
    words = Tokenizer(models.BPE(unk_token=UNKNOWN))
    words.pre_tokenizer = pre_tokenizers.ByteLevel()
    special = [UNKNOWN, START, END, PAD]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    words.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=1_000, special_tokens=special, initial_alphabet=alphabet),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token=UNKNOWN, bos_token=START, eos_token=END, pad_token=PAD
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
