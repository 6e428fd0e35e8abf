package ambit.drivers;

import ambit.wire.Denial;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which addresses a name may lead to. A name is resolved once for a connection, every address that it has is judged, and the
 * connection goes to what was judged: a name server that answers something else the next time changes nothing.
 *
 * @param inner whether the operator named a host of the inner network; otherwise only public addresses are reached
 */
record Reach(boolean inner) {
    /** Of AWS (IPv6), Alibaba and Oracle. */
    private static final Set<InetAddress> METADATA = Set.of(
            InetAddress.ofLiteral("fd00:ec2::254"),
            InetAddress.ofLiteral("100.100.100.200"),
            InetAddress.ofLiteral("192.0.0.192"));

    /** The judged addresses of {@code host}; all of them must pass. */
    List<InetSocketAddress> of(String host, int port) throws DriverFailure {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the host '" + host + "' does not resolve; check the tool's address in ambit.yaml",
                    e);
        }
        List<InetSocketAddress> judged = new ArrayList<>();
        for (InetAddress address : all) {
            if (isNever(address) || (!inner && !isPublic(address))) {
                throw new DriverFailure(
                        Denial.DRIVER_FAILED,
                        "the host '" + host + "' leads to the inner address " + address.getHostAddress()
                                + ", which is not reached; give the tool an address outside");
            }
            judged.add(new InetSocketAddress(address, port));
        }
        return judged;
    }

    /** Link-local addresses, and a few private ones, are where clouds serve credentials of the machine; these nobody means. */
    private static boolean isNever(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || address.isAnyLocalAddress()
                || METADATA.contains(address);
    }

    static boolean isPublic(InetAddress address) {
        if (isNever(address) || address.isLoopbackAddress() || address.isSiteLocalAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (address instanceof Inet4Address) {
            // 0/8, 100.64/10 (carriers, and a cloud's metadata), 192.0.0/24, 198.18/15, 240/4 (RFC 6890)
            return !(first == 0
                    || (first == 100 && (second & 0xc0) == 64)
                    || (first == 192 && second == 0 && bytes[2] == 0)
                    || (first == 198 && (second & 0xfe) == 18)
                    || first >= 240);
        }
        // Only 2000::/3 is given out; in it 2002::/16 and 2001::/32 carry an IPv4 address that was not judged.
        boolean carries =
                (first == 0x20 && second == 2) || (first == 0x20 && second == 1 && bytes[2] == 0 && bytes[3] == 0);
        return (first & 0xe0) == 0x20 && !carries;
    }
}
