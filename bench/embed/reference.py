"""The reference implementation of the encoder, for side-by-side runs: PyTorch and
the tokenizer of Hugging Face, from PyPI (torch, transformers, tokenizers, numpy).

Reads one JSON object a line and answers each with one line:
  {"tokens": [TEXT...]}   -> {"ids": [[...]...]}
  {"encode": [TEXT...]}   -> {"vectors": [[...]...]}, float32, one text at a time
  {"time": TEXT}          -> {"ms": best of several runs, one thread}
  {"memory": 0}           -> {"kb": peak resident memory}
"""
import json, os, resource, sys, time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from tokenizers import Tokenizer
from transformers import BertModel

folder, most = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
torch.set_grad_enabled(False)
tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(most)
model = BertModel.from_pretrained(folder).float().eval()


def vector(text):
    ids = torch.tensor([tokenizer.encode(text).ids])
    mean = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(0)
    return mean / mean.norm()


def best(text):
    vector(text), vector(text)
    times = []
    for _ in range(15):
        start = time.process_time()
        vector(text)
        times.append(time.process_time() - start)
    return 1000 * min(times)


for line in sys.stdin:
    q = json.loads(line)
    if "tokens" in q:
        a = {"ids": [tokenizer.encode(t).ids for t in q["tokens"]]}
    elif "encode" in q:
        a = {"vectors": [vector(t).tolist() for t in q["encode"]]}
    elif "time" in q:
        a = {"ms": best(q["time"])}
    else:
        a = {"kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
    print(json.dumps(a), flush=True)
