#!/bin/sh
# Runs inside the new Debian root: builds what Debian's kernel for PCs leaves out, from Debian's own kernel sources.
# gpio-sim with irq_sim: pins. i2c-stub: gets a chip that can go and come back. max17040_battery and ina2xx: the drivers
# that can own a HAT's chips on a Pi. test_power: a battery and a mains supply of the kernel's own.
set -eu
release=$(ls /lib/modules)
work=/usr/src/pi-ups-test
archive=$(ls /usr/src/linux-source-*.tar.xz)
source=$(basename "$archive" .tar.xz)
mkdir -p "$work"
cd "$work"
# Each file is there once, so tar may stop at the last of them instead of reading 1.5 GB to the end.
tar -xf "$archive" --occurrence=1 --transform='s,.*/,,' \
  "$source/drivers/gpio/gpio-sim.c" "$source/drivers/gpio/gpiolib.h" \
  "$source/drivers/i2c/i2c-stub.c" "$source/kernel/irq/irq_sim.c" \
  "$source/drivers/power/supply/max17040_battery.c" "$source/drivers/hwmon/ina2xx.c" \
  "$source/drivers/power/supply/test_power.c"

# irq_to_desc() is not exported to modules; generic_handle_irq() does the same with the number.
sed -i 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq(irqnum)/' irq_sim.c
printf '%s\n' '#include <linux/module.h>' 'MODULE_LICENSE("GPL");' >> irq_sim.c

# Nobody at an address: the error that a Raspberry Pi's bus gives (bcm2835: EREMOTEIO). `absent`: a chip that is away.
sed -i -e '/^#define STUB_FUNC_DEFAULT/i static ushort absent;\nmodule_param(absent, ushort, 0644);\n' \
  -e 's/if (addr == chip_addr\[i\]) {/if (addr == chip_addr[i] \&\& addr != absent) {/' \
  -e '/if (!chip)$/{n;s/-ENODEV/-EREMOTEIO/}' i2c-stub.c
grep -q 'generic_handle_irq(irqnum)' irq_sim.c
grep -q 'addr != absent' i2c-stub.c
grep -q 'EREMOTEIO' i2c-stub.c
grep -q 'module_param(absent' i2c-stub.c

echo 'obj-m += irq_sim.o gpio-sim.o i2c-stub.o max17040_battery.o ina2xx.o test_power.o' > Makefile
make -s -C "/lib/modules/$release/build" M="$work" modules
install -D -m 644 -t "/lib/modules/$release/updates" ./*.ko
depmod "$release"
