module karctl.test/kar

go 1.21
