import ctypes, os, socket, struct, sys
if not set(open("/proc/self/status").read().split("CapEff:")[1].split()[0]) == {"0"}:
    sys.exit("these probes are harmless only without capabilities")
libc = ctypes.CDLL(None, use_errno=True)
def call(nr, *args):
    ctypes.set_errno(0)
    r = libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return 0 if r >= 0 else ctypes.get_errno()
def sock(family, kind, protocol=0):
    try:
        socket.socket(family, kind, protocol).close()
        return 0
    except OSError as e:
        return e.errno
def in_child(work):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, struct.pack("i", work()))
        os._exit(0)
    os.close(w)
    data = os.read(r, 4)
    os.waitpid(pid, 0)
    return struct.unpack("i", data)[0] if data else -1
def ioctl(request):
    master, slave = os.openpty()
    ctypes.set_errno(0)
    r = libc.ioctl(slave, ctypes.c_ulong(request), ctypes.c_char_p(b"x"))
    return 0 if r >= 0 else ctypes.get_errno()
params = ctypes.create_string_buffer(256)
clone_args = struct.pack("11Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
def clone3():
    pid = libc.syscall(ctypes.c_long(435), ctypes.c_char_p(clone_args), ctypes.c_long(88))
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
        return 0
    return ctypes.get_errno()
def fifo():
    path = b"/tmp/fifo%d" % os.getpid()
    result = call(133, ctypes.c_char_p(path), 0o10600, 0)
    os.path.exists(path) and os.unlink(path)
    return result
local = struct.pack("QQ", ctypes.addressof(params), 8)
probes = {
    "io_uring_setup": lambda: call(425, 4, params),
    "userfaultfd": lambda: call(323, 1),
    "keyctl": lambda: call(250, 0, -3, 0),
    "add_key": lambda: call(248, ctypes.c_char_p(b"user"), ctypes.c_char_p(b"k"), ctypes.c_char_p(b"v"), 1, -2),
    "bpf": lambda: call(321, 0, params, 0),
    "perf_event_open": lambda: call(298, params, 0, -1, -1, 0),
    "unshare user": lambda: in_child(lambda: call(272, 0x10000000)),
    "unshare mount": lambda: in_child(lambda: call(272, 0x20000)),
    "unshare net": lambda: in_child(lambda: call(272, 0x40000000)),
    "clone newuser": lambda: in_child(lambda: call(56, 0x10000000 | 17, 0, 0, 0, 0)),
    "clone3 newuser": lambda: in_child(clone3),
    "setns": lambda: call(308, 0, 0),
    "mount": lambda: in_child(lambda: call(165, ctypes.c_char_p(b"t"), ctypes.c_char_p(b"/tmp"), ctypes.c_char_p(b"tmpfs"), 0, 0)),
    "fsopen": lambda: call(430, ctypes.c_char_p(b"tmpfs"), 0),
    "open_tree": lambda: call(428, -100, ctypes.c_char_p(b"/tmp"), 1),
    "pivot_root": lambda: call(155, ctypes.c_char_p(b"/nowhere"), ctypes.c_char_p(b"/nowhere")),
    "chroot": lambda: in_child(lambda: call(161, ctypes.c_char_p(b"/"))),
    "name_to_handle_at": lambda: call(303, -100, ctypes.c_char_p(b"/"), params, params, 0),
    "ptrace": lambda: call(101, 0x4206, os.getppid() if os.getppid() > 1 else 1, 0, 0),
    "ptrace traceme": lambda: in_child(lambda: call(101, 0, 0, 0, 0)),
    "process_vm_readv": lambda: call(310, os.getpid(), ctypes.c_char_p(local), 1, ctypes.c_char_p(local), 1, 0),
    "pidfd_getfd": lambda: call(438, call(434, os.getpid(), 0) and -1, 0, 0),
    "kcmp": lambda: call(312, os.getpid(), os.getpid(), 0, 0, 0),
    "personality no aslr": lambda: in_child(lambda: call(135, 0x40000)),
    "x32 getpid": lambda: in_child(lambda: call(0x40000000 + 39)),
    "syslog": lambda: call(103, 10, 0, 0),
    "kexec_load": lambda: call(246, 0, 0, 0, 0xffff),
    "init_module": lambda: call(175, params, 0, params),
    "reboot bad magic": lambda: call(169, 0, 0, 0, 0),
    "clock_settime": lambda: call(227, 99, params),
    "sethostname": lambda: call(170, ctypes.c_char_p(b""), 100000),
    "acct": lambda: call(163, ctypes.c_char_p(b"/nowhere")),
    "quotactl": lambda: call(179, 0x80000100, 0, 0, params),
    "mknod device": lambda: call(133, ctypes.c_char_p(b"/tmp/device"), 0o60600, 0x801),
    "statmount": lambda: call(457, params, params, 0, 0),
    "af_vsock": lambda: sock(40, socket.SOCK_STREAM),
    "af_alg": lambda: sock(38, socket.SOCK_SEQPACKET),
    "af_packet": lambda: sock(17, socket.SOCK_RAW),
    "af_bluetooth": lambda: sock(31, socket.SOCK_RAW),
    "af_key": lambda: sock(15, socket.SOCK_RAW, 2),
    "af_tipc": lambda: sock(30, socket.SOCK_STREAM),
    "af_xdp": lambda: sock(44, socket.SOCK_RAW),
    "netlink sock_diag": lambda: sock(16, socket.SOCK_RAW, 4),
    "netlink netfilter": lambda: sock(16, socket.SOCK_RAW, 12),
    "netlink audit": lambda: sock(16, socket.SOCK_RAW, 9),
    "netlink uevent": lambda: sock(16, socket.SOCK_DGRAM, 15),
    "raw icmp": lambda: sock(2, socket.SOCK_RAW, 1),
    "mptcp": lambda: sock(2, socket.SOCK_STREAM, 262),
    "tiocsti": lambda: ioctl(0x5412),
    "tiocsti high junk": lambda: ioctl(0x100005412),
    "tioclinux": lambda: ioctl(0x541C),
    "af_unix": lambda: sock(1, socket.SOCK_STREAM),
    "tcp": lambda: sock(2, socket.SOCK_STREAM),
    "udp6": lambda: sock(10, socket.SOCK_DGRAM),
    "netlink route": lambda: sock(16, socket.SOCK_RAW, 0),
    "fifo": fifo,
    "personality query": lambda: call(135, 0xffffffff),
    "getrandom": lambda: call(318, params, 8, 0),
}
for name, probe in probes.items():
    print(name + "=" + str(probe()), flush=True)
