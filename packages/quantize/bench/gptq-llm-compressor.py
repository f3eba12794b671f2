"""Quantizes a folder with llm-compressor's GPTQ on given tokens, in float32; prints the seconds of the call as JSON, and the perplexity
of other windows where those are given.

usage: gptq-llm-compressor.py MODEL WINDOWS.json GROUP [SCORED.json]
"""

import json
import math
import sys
import time

import llmcompressor
import torch
from datasets import Dataset
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import GPTQModifier
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, tokens, group, *scored = sys.argv[1:]
windows = json.load(open(tokens))
dataset = Dataset.from_dict({"input_ids": windows, "attention_mask": [[1] * len(ids) for ids in windows]})
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
try:
    tokenizer = AutoTokenizer.from_pretrained(folder)
except Exception:
    tokenizer = None
weights = {"num_bits": 4, "type": "int", "symmetric": False, "strategy": "group", "group_size": int(group)}
recipe = GPTQModifier(
    ignore=["lm_head"],
    actorder="static",
    config_groups={"all": {"targets": ["Linear"], "weights": weights}},
)
started = time.perf_counter()
oneshot(
    model=model,
    tokenizer=tokenizer,
    dataset=dataset,
    recipe=recipe,
    num_calibration_samples=len(windows),
    max_seq_length=len(windows[0]),
    shuffle_calibration_samples=False,
)
seconds = time.perf_counter() - started
result = {"version": llmcompressor.__version__, "torch": torch.__version__, "threads": torch.get_num_threads(), "seconds": seconds}
if scored:
    total, count = 0.0, 0
    with torch.no_grad():
        for ids in json.load(open(scored[0])):
            logits = model(torch.tensor([ids])).logits[0, :-1].double()
            total += torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="sum").item()
            count += len(ids) - 1
    result["perplexity"] = math.exp(total / count)
print(json.dumps(result))
