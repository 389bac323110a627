#!/usr/bin/env bash
# Runs gcjobsd's unit as installed by the .deb, under a systemd that this boots in a container:
#
#   packaging/test_service.sh PACKAGES SIMULATOR
#
# It has all that the unit takes away: user, system calls, files. 77: cannot here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(realpath "$1") simulator=$(realpath "$2")
# shellcheck source=packaging/clean_root.sh
source "$here/clean_root.sh"
command -v systemd-nspawn >/dev/null || leave_out "systemd-nspawn is not installed"
# Nothing of this listens where another gcjobsd may.
listen=127.0.0.1:50952

scratch=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf --one-file-system "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2016  # $1 is for the shell of the hook
clean_root "$scratch/root" --include=systemd-sysv \
  --customize-hook="cp '$packages'/*.deb \"\$1/opt\"" \
  --customize-hook='chroot "$1" sh -c "apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends \
    install /opt/*.deb >/dev/null 2>&1"'

"$simulator" --seed 7 --speed 5 >"$scratch/simulator.out" &
pids+=($!)
until grep -q '^listening on ' "$scratch/simulator.out"; do sleep 0.05; done
upstream=http://$(sed -n 's/^listening on //p' "$scratch/simulator.out")

# As its administrator would: settings in the file, the secret as a credential.
root=$scratch/root
cat >>"$root/etc/gcjobs/gcjobsd.conf" <<END
listen = "$listen"
api-url = "$upstream"
login-url = "$upstream"
client-id = "test"
client-secret-file = "/run/credentials/gcjobsd.service/gcjobs_secret"
END
install -m 600 /dev/stdin "$root/etc/gcjobs/credentials/secret" <<<secret

# What runs inside, once the system is up.
install -m 755 /dev/stdin "$root/opt/use" <<END
#!/bin/sh
export GCJOBS_SERVER=$listen
set -ex
trap 'systemctl --no-block poweroff 2>/dev/null' EXIT
systemctl enable --now gcjobsd
until gcjobs health --timeout 1s 2>/dev/null; do systemctl is-active gcjobsd; done
gcjobs submit action custom_-_00000000-0000-4000-8000-000000000001 --watch \\
  --params '{"\$sim":{"duration":"2s"}}'
# A user of its own, no capability, system calls filtered.
grep -E '^(Uid|CapBnd|NoNewPrivs|Seccomp):' /proc/\$(systemctl show -p MainPID --value gcjobsd)/status
systemctl restart gcjobsd
until gcjobs health --timeout 1s 2>/dev/null; do systemctl is-active gcjobsd; done
gcjobs list | grep SUCCEEDED
systemctl stop gcjobsd
systemctl show -p Result gcjobsd | grep success
apt-get -qq -y purge gcjobsd >/dev/null 2>&1
for left in /var/lib/gcjobs /var/lib/private/gcjobs /etc/gcjobs \\
  /etc/systemd/system/multi-user.target.wants/gcjobsd.service; do
  test ! -e "\$left" -a ! -L "\$left"
done
echo passed
END
cat >"$root/etc/systemd/system/use.service" <<'END'
[Unit]
After=multi-user.target
[Service]
ExecStart=/opt/use
StandardOutput=file:/opt/log
StandardError=file:/opt/log
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../use.service "$root/etc/systemd/system/multi-user.target.wants/use.service"

timeout -k 10 600 systemd-nspawn --quiet --register=no --keep-unit --directory="$root" --boot \
  --console=pipe </dev/null >"$scratch/console" 2>&1 || true
cat "$root/opt/log" 2>/dev/null || { cat "$scratch/console" && echo "systemd did not boot"; }
grep -qx passed "$root/opt/log"
