import os

# As `train` does, but before any test module loads PyTorch: threads that spin while they wait cost
# several times the time where tests run beside other programs.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
