import ctypes, os, socket, stat, sys
# Each prints its name, then 0 where the attempt succeeded and an error number where it did not; nothing is changed where one does.
def opened(path, flags):
    try:
        os.close(os.open(path, flags))
        return 0
    except OSError as e:
        return e.errno
def read(path):
    try:
        with open(path, "rb") as file:
            return 0 if file.read(200) else 61
    except OSError as e:
        return e.errno
def write(path):
    return opened(path, os.O_WRONLY)
def reach(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(2)
            s.connect(address)
            if kind == socket.SOCK_DGRAM:
                s.send(b"x")
            return 0
    except OSError as e:
        return e.errno or 110
def listed(path):
    try:
        return 0 if os.listdir(path) else 61
    except OSError as e:
        return e.errno
def kernel_addresses():
    try:
        with open("/proc/kallsyms") as file:
            return 0 if any(int(line.split()[0], 16) for line in file) else 61
    except (OSError, ValueError) as e:
        return getattr(e, "errno", None) or 61
def descriptors():
    # The directory itself is one; the list was made before anything else.
    extra = [fd for fd in FIRST if int(fd) > 2]
    return 61 if len(extra) <= 1 else 0
def neighbours():
    strangers = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit() and os.stat("/proc/" + entry).st_uid != os.getuid():
            strangers += 1
    return 0 if strangers else 61
def canary_in_first_process():
    try:
        with open("/proc/1/environ", "rb") as file:
            return 0 if b"JAVA" in file.read() else 61
    except OSError as e:
        return e.errno
def made(path, mode, device):
    try:
        os.mknod(path, mode, device)
        os.unlink(path)
        return 0
    except OSError as e:
        return e.errno
def setuid_file():
    path = "/tmp/setuid-%d" % os.getpid()
    try:
        with open(path, "wb") as file:
            file.write(b"#!/bin/sh\n")
        os.chmod(path, 0o4755)
        return 61 if os.statvfs(path).f_flag & os.ST_NOSUID else 0
    except OSError as e:
        return e.errno
    finally:
        if os.path.exists(path):
            os.unlink(path)
def becomes(uid):
    pid = os.fork()
    if pid == 0:
        try:
            os.setresuid(uid, uid, uid)
            os._exit(0)
        except OSError as e:
            os._exit(e.errno)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
port = int(sys.argv[1])
canary = sys.argv[2]
probes = {
    "write core_pattern": lambda: write("/proc/sys/kernel/core_pattern"),
    "write modprobe": lambda: write("/proc/sys/kernel/modprobe"),
    "write sysrq-trigger": lambda: write("/proc/sysrq-trigger"),
    "write first port": lambda: write("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
    "read kcore": lambda: read("/proc/kcore"),
    "read timer_list": lambda: read("/proc/timer_list"),
    "read keys": lambda: read("/proc/keys"),
    "read key-users": lambda: read("/proc/key-users"),
    "read sched_debug": lambda: read("/sys/kernel/debug/sched/debug"),
    "kernel addresses": kernel_addresses,
    "write uevent_helper": lambda: write("/sys/kernel/uevent_helper"),
    "list cgroups": lambda: listed("/sys/fs/cgroup"),
    "write release_agent": lambda: write("/sys/fs/cgroup/memory/release_agent"),
    "open kvm": lambda: opened("/dev/kvm", os.O_RDWR),
    "open vsock": lambda: opened("/dev/vsock", os.O_RDWR),
    "open mem": lambda: opened("/dev/mem", os.O_RDONLY),
    "open tun": lambda: opened("/dev/net/tun", os.O_RDWR),
    "open fuse": lambda: opened("/dev/fuse", os.O_RDWR),
    "open kmsg": lambda: opened("/dev/kmsg", os.O_RDONLY),
    "open disk": lambda: opened("/dev/vda", os.O_RDONLY),
    "block device": lambda: made("/tmp/block", stat.S_IFBLK | 0o600, os.makedev(254, 0)),
    "read shadow": lambda: read("/etc/shadow"),
    "read machine-id": lambda: read("/etc/machine-id"),
    "read a host file": lambda: read(canary),
    "read through first process": lambda: read("/proc/1/root" + canary),
    "read through dot-dot": lambda: read("/proc/self/cwd/../../../../../.." + canary),
    "read launcher's environment": canary_in_first_process,
    "list root's home": lambda: listed("/root"),
    "write a host program": lambda: write("/usr/bin/env"),
    "write the loader": lambda: write("/lib64/ld-linux-x86-64.so.2"),
    "docker socket": lambda: reach(socket.AF_UNIX, "/var/run/docker.sock"),
    "containerd socket": lambda: reach(socket.AF_UNIX, "/run/containerd/containerd.sock"),
    "abstract socket of the host": lambda: reach(socket.AF_UNIX, "\0ambit-battery-%d" % port),
    "listener of the host": lambda: reach(socket.AF_INET, ("127.0.0.1", port)),
    "metadata address": lambda: reach(socket.AF_INET, ("169.254.169.254", 80)),
    "internet": lambda: reach(socket.AF_INET, ("192.0.2.1", 80)),
    "datagram out": lambda: reach(socket.AF_INET, ("192.0.2.1", 53), socket.SOCK_DGRAM),
    "internet six": lambda: reach(socket.AF_INET6, ("2001:db8::1", 80)),
    "inherited files": descriptors,
    "processes of others": neighbours,
    "setuid file": setuid_file,
    "become root": lambda: becomes(0),
    "become another": lambda: becomes(1),
}
for name, probe in probes.items():
    try:
        print(name + "=" + str(probe()), flush=True)
    except Exception as e:
        print(name + "=61", flush=True)
        print(repr(e), file=sys.stderr)
