#include <cstdio>

int main() {
  std::puts("foyer " FOYER_VERSION);
  return 0;
}
