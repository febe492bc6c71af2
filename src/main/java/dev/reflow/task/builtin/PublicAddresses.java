package dev.reflow.task.builtin;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Tells addresses of the public internet from all others: private and local networks, cloud metadata services, what
 * is reserved, and IPv6 addresses that lead to such an IPv4 address.
 */
final class PublicAddresses {
    private static final List<Block> NOT_PUBLIC_V4 = List.of(
            new Block(8, 0), // this network
            new Block(8, 10), // private
            new Block(10, 100, 64), // carrier-grade NAT
            new Block(8, 127), // loopback
            new Block(16, 169, 254), // link-local, metadata services
            new Block(12, 172, 16), // private
            new Block(24, 192, 0, 0), // protocol assignments
            new Block(24, 192, 0, 2), // documentation
            new Block(24, 192, 88, 99), // 6to4 relays
            new Block(16, 192, 168), // private
            new Block(15, 198, 18), // benchmarks
            new Block(24, 198, 51, 100), // documentation
            new Block(24, 203, 0, 113), // documentation
            new Block(4, 224), // multicast
            new Block(4, 240)); // reserved, broadcast

    private static final Block GLOBAL_UNICAST = new Block(3, 0x20);
    private static final Block NAT64 = new Block(96, 0, 0x64, 0xff, 0x9b);
    private static final Block SIX_TO_FOUR = new Block(16, 0x20, 0x02);
    private static final Block V4_MAPPED = new Block(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
    private static final List<Block> NOT_PUBLIC_V6 = List.of(
            new Block(23, 0x20, 0x01), // protocol assignments, Teredo among them
            new Block(32, 0x20, 0x01, 0x0d, 0xb8), // documentation
            new Block(20, 0x3f, 0xff)); // documentation

    private PublicAddresses() {}

    /** The addresses whose first bits are those of the prefix, missing bytes being 0. */
    private static final class Block {
        private final int bits;
        private final int[] prefix;

        Block(int bits, int... prefix) {
            this.bits = bits;
            this.prefix = prefix;
        }

        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit += 8) {
                int wanted = bit / 8 < prefix.length ? prefix[bit / 8] : 0;
                int mask = 0xff << Math.max(0, 8 - (bits - bit));
                if (((address[bit / 8] ^ wanted) & mask & 0xff) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    static boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] address) {
        return NOT_PUBLIC_V4.stream().noneMatch(block -> block.contains(address));
    }

    private static boolean isPublicV6(byte[] address) {
        if (NAT64.contains(address) || V4_MAPPED.contains(address)) {
            return isPublicV4(Arrays.copyOfRange(address, 12, 16));
        }
        return GLOBAL_UNICAST.contains(address)
                && NOT_PUBLIC_V6.stream().noneMatch(block -> block.contains(address))
                && (!SIX_TO_FOUR.contains(address) || isPublicV4(Arrays.copyOfRange(address, 2, 6)))
                && (!isIsatap(address) || isPublicV4(Arrays.copyOfRange(address, 12, 16)));
    }

    private static boolean isIsatap(byte[] address) {
        return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && (address[11] & 0xff) == 0xfe;
    }
}
